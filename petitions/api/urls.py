"""The petitions' addresses under /api/v1/."""

from django.urls import path

from petitions.api import claims, learned, public, resident, staff, support

urlpatterns = [
    path("petitions/", resident.SubmitView.as_view(), name="petition-submit"),
    path("petitions/<str:reference>/", resident.PetitionView.as_view(), name="petition"),
    path("petitions/<str:reference>/follow/", resident.FollowView.as_view(), name="petition-follow"),
    path("petitions/<str:reference>/evaluate/", resident.EvaluateView.as_view(), name="petition-evaluate"),
    path("petitions/<str:reference>/withdraw/", resident.WithdrawView.as_view(), name="petition-withdraw"),
    path("petitions/<str:reference>/supplement/", resident.SupplementView.as_view(), name="petition-supplement"),
    path("petitions/<str:reference>/unpublish/", resident.UnpublishView.as_view(), name="petition-unpublish"),
    path("petitions/<str:reference>/attachments/", resident.AttachmentsView.as_view(), name="petition-attachments"),
    path(
        "petitions/<str:reference>/attachments/<int:attachment>/",
        resident.AttachmentView.as_view(),
        name="petition-attachment",
    ),
    path("petitions/<str:reference>/actions/<str:action>/", staff.PetitionMoves.as_view(), name="petition-move"),
    path("petitions/<str:reference>/similar/", learned.SimilarView.as_view(), name="petition-similar"),
    path("topics/", learned.TopicsView.as_view(), name="topics"),
    path("router/", learned.RouterView.as_view(), name="router"),
    path("router/roll-back/", learned.RollBackView.as_view(), name="router-roll-back"),
    path("public/topics/", learned.PublicTopics.as_view(), name="public-topics"),
    path("claimable/", claims.Claimable.as_view(), name="claimable"),
    path("claimable/<str:reference>/claim/", claims.ClaimView.as_view(), name="claim"),
    path("worklist/", staff.Worklist.as_view(), name="worklist"),
    path("work-orders/", staff.WorkOrders.as_view(), name="work-orders"),
    path("work-orders/<int:id>/actions/<str:action>/", staff.OrderMoves.as_view(), name="work-order-move"),
    path("public/petitions/", public.PublicPetitions.as_view(), name="public-petitions"),
    path("public/petitions/<str:reference>/", public.PublicPetition.as_view(), name="public-petition"),
    path("public/petitions/<str:reference>/support/", support.SupportView.as_view(), name="public-petition-support"),
    path("public/categories/", public.Categories.as_view(), name="public-categories"),
    path("public/areas/", public.Areas.as_view(), name="public-areas"),
    path("public/departments/", public.Departments.as_view(), name="public-departments"),
    path("public/stations/", public.Stations.as_view(), name="public-stations"),
    path("public/deputies/", public.Deputies.as_view(), name="public-deputies"),
]
