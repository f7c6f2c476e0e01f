"""What people call working from anywhere, in many languages."""

# ruff: noqa: RUF001

from __future__ import annotations

#: Wordings that say the work may be done from anywhere.
REMOTE = frozenset(
    """
    remote|anywhere|worldwide|world wide|world|global|globally|fully remote|full remote
    100% remote|100 % remote|remote only|remote work|remote job|remote position
    remote worldwide|anywhere in the world|work from home|working from home|wfh
    work from anywhere|home office|home-office|homeoffice|home based|home-based
    telecommute|telecommuting|telework|teleworking|virtual
    télétravail|teletravail|travail à distance|à distance|100% télétravail|partout
    monde entier|n'importe où|teletrabajo|trabajo remoto|trabajo a distancia|remoto
    en remoto|a distancia|100% remoto|cualquier lugar|teletrabalho|trabalho remoto
    telelavoro|lavoro da remoto|da remoto|thuiswerken|op afstand|fernarbeit|weltweit
    ortsunabhängig|standortunabhängig|überall|distans|på distans|distansarbete|hemifrån
    hela världen|överallt|fjernarbejde|hjemmearbejde|hjemmekontor|fjernarbeid|etätyö
    zdalna|zdalnie|zdalny|praca zdalna|100% zdalnie|na dálku|práce na dálku|z domova
    práce z domova|kdekoli|kdekoliv|odkudkoli|odkudkoliv|celý svět|práca na diaľku
    na diaľku|z domu|práca z domu|távmunka|otthoni munka|rad od kuće|rad na daljinu
    delo od doma|delo na daljavo|la distanță|lucru la distanță|удаленно|удалённо
    удаленная работа|удалённая работа|віддалено|віддалена робота|дистанционно
    uzaktan|uzaktan çalışma|evden çalışma|在宅|在宅勤務|リモート|リモートワーク
    フルリモート|远程|远程办公|遠距|재택근무|원격근무
    """.replace("\n    ", "|").strip("|").split("|")
)  # fmt: skip
