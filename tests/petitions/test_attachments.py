"""Photos and PDFs: cleaned, limited, served only to those who may, never lost in silence."""

import io
import struct
import zlib

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from petitions.models import Attachment
from tests.walk import Walk, assert_ok

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(walk):
    return walk.to("submitted")


def picture(form="JPEG", size=(40, 30), **options):
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, form, **options)
    return out.getvalue()


def with_position():
    exif = Image.Exif()
    exif[0x010E] = "Wang Fang's house"
    exif.get_ifd(0x8825).update({1: "N", 2: (22.0, 41.0, 30.0), 3: "E", 4: (114.0, 20.0, 0.0)})
    return picture(exif=exif.tobytes())


def pdf(*, password="", script=False):
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": "Wang Fang"})
    if script:
        action = DictionaryObject(
            {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('hello');")}
        )
        writer.root_object[NameObject("/OpenAction")] = action
        page = writer.pages[0]
        page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
        link = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Link"),
                NameObject("/A"): action,
            }
        )
        page[NameObject("/Annots")] = ArrayObject([link])
        page[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/Editor"): TextStringObject("Wang Fang")})
        writer.add_attachment("secret.txt", b"Wang Fang hidden")
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb():
    """A PNG of a few hundred bytes that claims to be 60 000 by 60 000."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def send(walk, data, name="photo.jpg", kind="image/jpeg", who=None):
    client = walk.api(who) if who else walk.holder()
    upload = SimpleUploadedFile(name, data, kind)
    return client.post(f"/api/v1/petitions/{walk.reference}/attachments/", {"file": upload}, format="multipart")


def stored():
    with Attachment.objects.get().file.open("rb") as kept:
        return kept.read()


def sentence(answer):
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["field"] == "file"
    return answer.json()["detail"]


def test_a_photo_loses_its_position(sent):
    data = with_position()
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825)

    body = assert_ok(send(sent, data)).json()

    kept = Image.open(io.BytesIO(stored()))
    assert not kept.getexif()
    assert b"Wang Fang" not in stored()
    assert (body["content_type"], body["by_resident"], kept.size) == ("image/jpeg", True, (40, 30))
    assert sent.actions_so_far() == ["submit", "attach"]


@pytest.mark.parametrize(("form", "kind", "ending"), [("PNG", "image/png", "png"), ("WEBP", "image/webp", "webp")])
def test_png_and_webp_are_taken_whatever_they_are_called(sent, form, kind, ending):
    body = assert_ok(send(sent, picture(form), name="../../etc/photo.exe", kind="text/html")).json()

    assert (body["content_type"], body["name"]) == (kind, f"photo.{ending}")


def test_a_large_photo_is_made_smaller(sent):
    assert_ok(send(sent, picture(size=(4000, 3000))))

    assert max(Image.open(io.BytesIO(stored())).size) == 2560


def test_a_pdf_loses_author_scripts_and_hidden_files(sent):
    assert_ok(send(sent, pdf(script=True), "plan.pdf"))

    kept = PdfReader(io.BytesIO(stored()))
    assert len(kept.pages) == 1
    for trace in (b"Wang Fang", b"JavaScript", b"app.alert", b"EmbeddedFile", b"secret.txt"):
        assert trace not in stored(), trace


def test_a_protected_pdf_is_explained(sent):
    assert "password" in sentence(send(sent, pdf(password="x"), "plan.pdf"))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "a.svg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.jpg"),
        (b"<html><script>alert(1)</script></html>", "a.png"),
        (b"MZ" + b"\0" * 200, "photo.jpg"),
        (b"\x7fELF" + b"\0" * 200, "plan.pdf"),
        (b"GIF89a<script>alert(1)</script>", "a.gif"),
        (b"PK\x03\x04" + b"\0" * 100, "a.docx"),
        (b"%PDF-1.7\nnonsense", "a.pdf"),
        (b"%PDF-1.7\n<script>", "a.html"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50, "a.jpg"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "a.png"),
        (b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 20, "a.webp"),
        (b"text", "a.txt"),
    ],
)
def test_what_is_neither_photo_nor_pdf_is_refused_however_it_is_called(sent, data, name):
    assert sentence(send(sent, data, name))
    assert Attachment.objects.count() == 0


def test_what_hides_behind_a_photo_is_not_kept(sent):
    assert_ok(send(sent, picture() + b"<script>alert('polyglot')</script>PK\x03\x04"))

    assert b"polyglot" not in stored()


def test_half_a_photo_is_refused(sent):
    data = picture(size=(400, 300))

    assert "damaged" in sentence(send(sent, data[: len(data) // 2]))


def test_a_decompression_bomb_is_refused(sent):
    assert sentence(send(sent, bomb(), "a.png"))


def test_an_empty_file_is_refused(sent):
    assert sentence(send(sent, b""))


def test_a_file_over_the_limit_is_refused(sent, settings):
    settings.ATTACHMENT_MAX_BYTES = 2**20

    assert "at most 1 MB" in sentence(send(sent, picture() + b"\0" * 2**20))


def test_one_file_too_many_is_refused(sent, settings):
    settings.ATTACHMENT_MAX_COUNT = 2
    for width in (10, 11):
        assert_ok(send(sent, picture(size=(width, 10))))

    assert "2" in sentence(send(sent, picture(size=(12, 10))))
    assert Attachment.objects.count() == 2


def test_sent_twice_it_is_kept_once(sent, settings):
    settings.ATTACHMENT_MAX_COUNT = 1
    first, again = send(sent, picture()), send(sent, picture())

    assert first.json()["id"] == again.json()["id"]
    assert sent.actions_so_far().count("attach") == 1


def test_a_file_is_served_only_to_those_who_read_the_petition(walk):
    walk.to("assigned")
    url = assert_ok(send(walk, picture())).json()["url"]
    stranger = Walk(walk.cast).to("submitted")

    for who, status in {
        "officer": 200, "dispatcher": 200, "supervisor": 200, "handler": 200, "resident": 200, "road_handler": 404,
        "far_officer": 404, "neighbour": 404, "root": 404, "system_admin": 404, None: 401,
    }.items():  # fmt: skip
        assert walk.api(who).get(url).status_code == status, who
    assert stranger.holder().get(url).status_code == 404
    answer = walk.holder().get(url)
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "private, no-store"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert b"".join(answer.streaming_content)[:2] == b"\xff\xd8"


def test_one_petitions_file_is_not_reached_through_another(walk):
    walk.to("submitted")
    number = assert_ok(send(walk, picture())).json()["id"]
    other = Walk(walk.cast).to("submitted")

    assert other.holder().get(f"/api/v1/petitions/{other.reference}/attachments/{number}/").status_code == 404


def test_a_pdf_is_downloaded_rather_than_shown(sent):
    url = assert_ok(send(sent, pdf(), "规划图.pdf")).json()["url"]

    assert sent.holder().get(url)["Content-Disposition"].startswith("attachment;")


def test_the_page_serves_a_file_as_the_api_does(sent):
    """No browser keeps it, a PDF is never shown among the portal's own pages, a lost one is not found."""
    number = assert_ok(send(sent, pdf(), "plan.pdf")).json()["id"]
    client = Client()
    form = {"reference": sent.reference, "phone_tail": sent.petition.contact.phone[-4:]}
    assert client.post("/follow/", form).status_code == 302
    address = f"/petitions/{sent.reference}/files/{number}/"
    answer = client.get(address)
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Cache-Control"].startswith("private, no-store")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    kept = Attachment.objects.get()
    kept.file.storage.delete(kept.file.name)
    assert client.get(address).status_code == 404
    assert Client().get(address).status_code in (302, 404)


@pytest.mark.parametrize("who", ["dispatcher", "supervisor"])
def test_who_only_reads_attaches_nothing(sent, who):
    assert send(sent, picture(), who=who).status_code == 403


def test_nothing_is_attached_to_a_closed_petition(walk):
    walk.to("concluded")

    assert "closed" in sentence(send(walk, picture()))


@pytest.mark.parametrize("values", [{}, {"file": "text"}, {"file": "text", "more": "x"}])
def test_a_form_without_a_file_is_refused(sent, values):
    answer = sent.holder().post(f"/api/v1/petitions/{sent.reference}/attachments/", values, format="multipart")

    assert answer.status_code == 400


def test_json_is_no_form(sent):
    assert sent.mine("attachments", file="x").status_code == 415


def test_a_full_disk_loses_nothing_but_the_upload(sent, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)

    assert "Your petition is safe" in sentence(send(sent, picture()))
    assert Attachment.objects.count() == 0
    assert sent.actions_so_far() == ["submit"]
    monkeypatch.undo()
    assert_ok(send(sent, picture()))


def test_a_file_that_has_vanished_is_not_found(sent):
    url = assert_ok(send(sent, picture())).json()["url"]
    kept = Attachment.objects.get()
    kept.file.storage.delete(kept.file.name)

    assert sent.holder().get(url).status_code == 404
