"""Words that the browser tests write."""

TEXT = "学校门口的下水道堵了三天，一下雨就积水，孩子们踩着水进校门。"
