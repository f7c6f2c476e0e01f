"""The pages: each is a search or a row, put in words, and a template."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from postings import (
    choices,
    facts,
    filters,
    links,
    listing,
    shortlist,
    styleguide,
    wording,
)
from postings.cards import Card, card, foreign
from postings.filters import PostingFilter
from postings.links import Link
from postings.models import (
    JobPosting,
    Logo,
    Organization,
    SourceKey,
    State,
    Tombstone,
)
from postings.models.columns import posting_of
from postings.sanitise import excerpt
from postings.schemaorg import Moment, ZoneSource
from postings.search import suggestions
from postings.search.criteria import PARAMETERS, Criteria, Employer, Group
from postings.search.query import Results, counts, open_by_organization, search

NOINDEX = "noindex"

#: Organizations a page.
ORGANIZATIONS = 60

_WITH_PAGE = (State.OPEN, State.CLOSED, State.WITHDRAWN)

#: The same for every visitor: nothing on such a page may come from a cookie.
public = cache_control(public=True, max_age=60)

#: The longest address the shortlist leads back to, in characters.
LONGEST_WAY_BACK = 2000

_PARAMETERS = (*PARAMETERS, "page")


@require_safe
@public
def posting_list(request: HttpRequest) -> HttpResponseBase:
    kept = _without_empty(request.GET)
    if kept is not None:
        return redirect(request.path + (f"?{kept.urlencode()}" if kept else ""))
    at = timezone.now()
    chosen = PostingFilter(request.GET)
    criteria = chosen.criteria
    results = search(criteria, page=chosen.page, at=at)
    page = listing.listing(results, at)
    sentence = listing.sentence(criteria, results, page.cards)
    context = _around(chosen, results, at) | {
        "results": page,
        "sentence": sentence,
        "known": suggestions.common(at),
        "site_empty": (
            criteria.is_everything and not (results.total or results.closed)
        ),
        "meta_description": listing.teaser(
            sentence.count, (card.title for card in page.cards)
        ),
        "robots": NOINDEX if criteria.params() else "",
    }
    return render(request, "postings/posting_list.html", context)


@require_safe
@public
def posting_detail(request: HttpRequest, pk: int, slug: str) -> HttpResponseBase:
    at = timezone.now()
    row = (
        JobPosting.objects.select_related("hiring_organization", "source", "texts")
        .prefetch_related("job_location", "applicant_location_requirements")
        .filter(pk=pk)
        .first()
    )
    state = row.state(at) if row else None
    if row is None or state is None or state not in _WITH_PAGE:
        if state is State.DELETED or Tombstone.objects.filter(posting_id=pk).exists():
            return _removed(request, row, at)
        raise Http404
    if slug != row.slug:
        return _moved(request, row.get_absolute_url())
    posting = posting_of(row)
    head = card(row, at)
    similar = listing.similar(row, at)
    is_open = state is State.OPEN
    context = {
        "card": head,
        "posting": row,
        "state": state,
        "title": row.title,
        "organization": row.hiring_organization,
        "organization_counts": _organization_counts(row.hiring_organization, at),
        "summary": facts.summary(
            posting, head.place, head.pay.main if head.pay else ""
        ),
        "status": facts.status(posting, state, at),
        "apply": facts.apply(posting, state),
        "facts": facts.facts(posting, state=state, at=at),
        "description": row.texts.description,
        "sections": facts.sections(row.texts),
        "lang": foreign(row.in_language),
        "dir": head.dir,
        "similar": similar.cards,
        "similar_url": similar.url,
        "similar_count": similar.count,
        "provenance": _provenance(row, at),
        "canonical": links.absolute(row.get_absolute_url()),
        "robots": "" if is_open else NOINDEX,
        "meta_description": excerpt(row.texts.description, 155) or _in_short(head),
        "jsonld": is_open,
        "back_url": reverse("posting_list"),
        "back_label": _("All open jobs"),
    }
    return render(request, "postings/posting_detail.html", context)


@require_safe
@public
def organization_detail(request: HttpRequest, pk: int, slug: str) -> HttpResponseBase:
    at = timezone.now()
    organization = Organization.objects.filter(pk=pk).first()
    if organization is None:
        raise Http404
    open_count, total = _counts(organization, at)
    if not total:
        raise Http404
    address = organization.get_absolute_url()
    if slug != organization.slug:
        return _moved(request, address)
    kept = _without_empty(request.GET)
    if kept is not None:
        return redirect(address + (f"?{kept.urlencode()}" if kept else ""))
    employer = Employer(key=str(pk), name=organization.name, url=address)
    chosen = PostingFilter(request.GET, employer)
    criteria = chosen.criteria
    results = search(criteria, page=chosen.page, at=at)
    page = listing.listing(results, at)
    open_text = wording.open_jobs(open_count)
    closed = total - open_count
    everything = criteria.everything()
    context = _around(chosen, results, at) | {
        "organization": organization,
        "description": organization.description,
        "links": _links(organization),
        "counts": {
            "open": open_count,
            "closed": closed,
            "open_text": open_text,
            "closed_url": everything.with_closed(include=True).url() if closed else "",
        },
        "places": listing.places_of(pk, at),
        "industries": listing.industries_of(pk, at),
        "results": page,
        "sentence": listing.sentence(criteria, results, page.cards),
        "meta_description": listing.teaser(
            f"{organization.name}, {open_text}", (card.title for card in page.cards)
        ),
        "robots": NOINDEX if criteria.params() or not open_count else "",
    }
    return render(request, "postings/organization_detail.html", context)


@require_safe
@public
def organization_list(request: HttpRequest) -> HttpResponseBase:
    at = timezone.now()
    found = JobPosting.objects.open(at).employers().order_by("folded_name")
    page = Paginator(found, ORGANIZATIONS).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    of_each = open_by_organization([each.pk for each in shown], at)
    address = reverse("organization_list")
    context = {
        "organizations": [
            (each, None if of_each is None else of_each.get(each.pk, 0))
            for each in shown
        ],
        "pagination": listing.pagination(
            page.number,
            page.paginator.num_pages,
            lambda number: _paged(address, number),
        ),
        "canonical": links.absolute(_paged(address, page.number)),
        "meta_description": listing.teaser(
            _("Organizations with open jobs"), (each.name for each in shown)
        ),
        "robots": "",
    }
    return render(request, "postings/organization_list.html", context)


@require_safe
@cache_control(public=True, max_age=300)
def suggest(request: HttpRequest) -> HttpResponseBase:
    """What may be meant by the beginning in `what` or in `where`, as a JSON list.

    With `organization`, its primary key, of what that one's postings say.
    """
    at = timezone.now()
    what, where, of = (
        filters.one_line(request.GET.get(name, ""))
        for name in ("what", "where", "organization")
    )
    found = (
        suggestions.where(where, at, of) if where else suggestions.what(what, at, of)
    )
    return JsonResponse(found, safe=False)


@require_safe
def logo(_request: HttpRequest, key: str) -> HttpResponseBase:
    """A stored logo by the hash of its bytes: whoever has it need never ask again."""
    images = Logo.objects.filter(organization__logo_key=key)
    image = images.values_list("image", flat=True).first()
    if image is None:
        raise Http404
    response = HttpResponse(bytes(image), content_type="image/webp")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@csrf_exempt  # the forms of public pages bear no token: see is_from_here
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def kept_postings(request: HttpRequest) -> HttpResponseBase:
    """The shortlist; a POST keeps or removes one posting, or clears all."""
    keys = shortlist.kept_keys(request)
    if request.method == "POST":
        return _with_change(request, keys)
    kept = shortlist.shortlist(keys, timezone.now())
    context = {
        "kept": kept,
        "total": ngettext("%(count)s posting", "%(count)s postings", len(kept))
        % {"count": wording.number(len(kept))},
        "changes": _changes(kept),
        "full": len(kept) >= shortlist.LIMIT,
        "limit": shortlist.LIMIT,
        "robots": NOINDEX,
    }
    return render(request, "postings/shortlist.html", context)


@require_safe
def style_page(request: HttpRequest) -> HttpResponseBase:
    """Every component in every state, for whoever works on the templates."""
    if not settings.DEBUG:
        raise Http404
    context = styleguide.samples(timezone.now()) | {"robots": NOINDEX}
    return render(request, "postings/styleguide.html", context)


# --- The shortlist --------------------------------------------------------------------


def _with_change(request: HttpRequest, keys: tuple[int, ...]) -> HttpResponseBase:
    """Back to the page the form stood on, with the shortlist it asked for."""
    if not shortlist.is_from_here(request):
        raise PermissionDenied(_("Only this site's own pages change a shortlist."))
    back, mark = _way_back(request), ""
    changed = keys
    if "clear" in request.POST:
        changed = ()
    elif key := shortlist.key_of(request.POST.get("remove", "")):
        changed = tuple(each for each in keys if each != key)
    elif (key := shortlist.key_of(request.POST.get("keep", ""))) and (
        JobPosting.objects.visible(timezone.now()).filter(pk=key).exists()
    ):
        if key not in keys and len(keys) >= shortlist.LIMIT:
            back = reverse("shortlist")
        else:
            changed = keys if key in keys else (key, *keys)
            mark = f"#kept-{key}"
    response = redirect(back + mark)
    shortlist.remember(response, changed)
    return response


def _way_back(request: HttpRequest) -> str:
    """The page of this site the form names, else the shortlist."""
    back = request.POST.get("next", "").partition("#")[0]
    fits = (
        back.startswith("/")
        and len(back) <= LONGEST_WAY_BACK
        and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    )
    return back if fits else reverse("shortlist")


def _changes(kept: list[shortlist.Kept]) -> list[str]:
    """What a visitor should know happened to what was kept."""
    over = sum(each.over for each in kept)
    gone = sum(each.card is None for each in kept)
    sentences = []
    if over:
        text = ngettext(
            "%(count)s posting has closed and no longer takes applications.",
            "%(count)s postings have closed and no longer take applications.",
            over,
        )
        sentences.append(text % {"count": wording.number(over)})
    if gone:
        text = ngettext(
            "%(count)s posting is no longer here.",
            "%(count)s postings are no longer here.",
            gone,
        )
        sentences.append(text % {"count": wording.number(gone)})
    return sentences


# --- Addresses ------------------------------------------------------------------------


def _without_empty(given: QueryDict) -> QueryDict | None:
    """The parameters without empty ones and `page=1`; None where there are none."""
    kept = given.copy()
    for name in _PARAMETERS:
        values = [
            value
            for value in given.getlist(name)
            if filters.one_line(value) and (name, value) != ("page", "1")
        ]
        if values:
            kept.setlist(name, values)
        else:
            kept.pop(name, None)
    return None if kept == given else kept


def _paged(address: str, page: int) -> str:
    return f"{address}?page={page}" if page > 1 else address


def _moved(request: HttpRequest, address: str) -> HttpResponseBase:
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{address}?{query}" if query else address, permanent=True)


# --- Parts of pages -------------------------------------------------------------------


def _around(chosen: PostingFilter, results: Results, at: datetime) -> dict[str, object]:
    """What stands around a search's cards: all that says and changes what is asked for.

    Cost: one query where organizations can be chosen; a search for each way out of
    nothing found.
    """
    criteria = chosen.criteria
    unmeasured = filters.distance_sentences(criteria, results)
    if unmeasured:
        criteria = filters.without_distances(criteria)
    names = chosen.organizations | filters.organization_names(
        each.value
        for each in results.facets.groups.get(Group.ORGANIZATION, ())
        if each.value not in chosen.organizations
    )
    past_end = filters.last_page_sentence(results, chosen.page)
    chips = choices.chips(criteria, names)
    return {
        "understood": listing.understood(chosen.criteria, results),
        "feeds": listing.feeds(criteria),
        "waiting": results.waiting,
        "sorts": listing.sorts(criteria, results),
        "radius": criteria.within,
        "no_radius": bool(criteria.where) and not filters.has_point(results),
        "sort": criteria.sort,
        "groups": choices.facet_groups(criteria, results, names),
        "include_closed": [choices.include_closed(criteria, results)],
        "chips": chips,
        "clear_url": criteria.without_filters().url(),
        "filter_count": len(chips),
        "ignored": [*chosen.ignored, *unmeasured, *filter(None, (past_end,))],
        "form": chosen.form,
        "pagination": listing.pagination(
            results.page, results.pages, lambda page: criteria.url(page=page)
        ),
        "alternatives": (
            ()
            if results.total
            else listing.alternatives(criteria, names, at, closed=results.closed)
        ),
        "only_closed": (
            criteria.is_everything and not results.total and bool(results.closed)
        ),
        "closed_url": criteria.with_closed(include=True).url(),
        "canonical": links.absolute(criteria.url(page=results.page)),
    }


def _in_short(head: Card) -> str:
    """What a posting without a description says of itself to search engines."""
    employer = head.organization.name if head.organization else ""
    said = (head.title, employer, head.place, head.employment)
    return Truncator(" · ".join(filter(None, said))).chars(155)


def _removed(
    request: HttpRequest, row: JobPosting | None, at: datetime
) -> HttpResponseBase:
    """Says no word of the posting; offers what is open like it, unless it was hidden."""
    context: dict[str, object] = {"robots": NOINDEX}
    if row is not None and not row.hidden:
        similar = listing.similar(row, at)
        context |= {"similar_url": similar.url, "similar_count": similar.count}
    return render(request, "410.html", context, status=410)


def _organization_counts(organization: Organization | None, at: datetime) -> str:
    if organization is None:
        return ""
    count, total = _counts(organization, at)
    if count or not total:
        return wording.open_jobs(count)
    return _("No open jobs, %(count)s closed") % {"count": wording.number(total)}


def _counts(organization: Organization, at: datetime) -> tuple[int, int]:
    """How many open postings an organization has, and how many with closed ones."""
    theirs = Criteria(organizations=(str(organization.pk),))
    found = counts([theirs, theirs.with_closed(include=True)], at)
    if found is None:
        own = JobPosting.objects.filter(hiring_organization=organization)
        return own.open(at).count(), own.visible(at).count()
    open_count, total = found
    return open_count, total


def _links(organization: Organization) -> list[Link]:
    addresses = links.sites((organization.url, *organization.same_as))
    return [Link(text=site, url=url) for url, site in addresses.items()]


def _provenance(row: JobPosting, at: datetime) -> dict[str, str]:
    """Where the posting is from, and when its source was last seen to hold it."""
    seen = SourceKey.objects.filter(posting=row).aggregate(
        at=Max("last_run__started_at")
    )["at"]
    confirmed = ""
    if seen is not None:
        moment = Moment(
            at=seen,
            has_time=True,
            zone=settings.TIME_ZONE,
            zone_source=ZoneSource.SITE,
        )
        confirmed = wording.confirmed(moment, at)
    return {
        "source": row.source.name,
        "url": links.web_address(row.source.url),
        "confirmed": confirmed,
    }
