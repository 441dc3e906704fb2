"""Which browser and device a sign-in came from, as far as a person needs to recognise it.

Only two words are kept of what a browser tells of itself, because the whole identifies people.
"""

# The first that occurs counts: nearly every browser calls itself by older names as well.
_BROWSERS = (
    ("coc_coc_browser", "coccoc"),
    ("edg", "edge"),
    ("opr/", "opera"),
    ("firefox", "firefox"),
    ("fxios", "firefox"),
    ("crios", "chrome"),
    ("chrome", "chrome"),
    ("safari", "safari"),
)
_SYSTEMS = (
    ("iphone", "iphone"),
    ("ipad", "ipad"),
    ("android", "android"),
    ("windows", "windows"),
    ("mac os", "mac"),
    ("cros", "chromeos"),
    ("linux", "linux"),
)
OTHER = "other"


def browser_of(user_agent: str) -> str:
    """Return browser and system in two words, e.g. ``chrome windows``; ``other`` for unknown."""
    told = user_agent.casefold()
    return " ".join(_first(told, names) for names in (_BROWSERS, _SYSTEMS))


def _first(told: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((word for mark, word in names if mark in told), OTHER)
