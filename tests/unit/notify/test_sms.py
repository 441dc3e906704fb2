"""SMS text: what is folded away, and how many parts a network counts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.sms import Encoding, encoding_of, fold, parts_of

VIETNAMESE = st.text(
    st.sampled_from("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩị ĐÂĂƯƠẪỄỘ0129/.,")
)


def test_marks_go_and_letters_codes_and_dates_stay() -> None:
    text = "CCHC Sơn La: NV-61 đến hạn ngày 30/06/2025. Đề án đơn giản hóa thủ tục"

    assert fold(text) == ("CCHC Son La: NV-61 den han ngay 30/06/2025. De an don gian hoa thu tuc")


def test_signs_that_gateways_refuse_are_left_out() -> None:
    assert fold("[CCHC] NV-1 (quý I) #1 & {x} “trích” – hết…") == (
        'CCHC NV-1 quy I 1 x "trich" - het...'
    )


@given(VIETNAMESE)
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text())
def test_a_folded_text_is_plain_gsm_whatever_came(text: str) -> None:
    folded = fold(text)

    assert encoding_of(folded) is Encoding.GSM7
    assert not set(folded) & set("()[]{}<>#&^~|\\€\n\r\t")
    assert fold(folded) == folded


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # the pair may not straddle the border
        ("ạ" * 70, 1),
        ("ạ" * 71, 2),
        ("ạ" * 134, 2),
        ("ạ" * 66 + "😀" + "ạ" * 66, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_parts_at_the_borders(text: str, parts: int) -> None:
    assert parts_of(text) == parts


@given(st.text(st.sampled_from("aạ€😀 ")))
def test_parts_are_what_a_network_would_cut(text: str) -> None:
    """Cut the text the slow way, one character at a time, and count the pieces."""
    gsm = encoding_of(text) is Encoding.GSM7
    single, joined = (160, 153) if gsm else (70, 67)

    def width(piece: str) -> int:
        if gsm:
            return sum(2 if char == "€" else 1 for char in piece)
        return len(piece.encode("utf-16-le")) // 2

    pieces = [""]
    for char in text:
        if width(pieces[-1] + char) > joined:
            pieces.append("")
        pieces[-1] += char

    assert parts_of(text) == (1 if width(text) <= single else len(pieces))
