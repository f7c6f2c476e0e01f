from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from postings import schemaorg


class WebAddress(models.Model):
    """An address a source was read from, and what is known of it.

    `read_at` is empty where its document was never stored whole. `reader_version` is
    that of the reader which read it then. `listed` is the time of its last change that
    a sitemap gave. `crawl_began_at` is a sitemap's, while a crawl along it has not
    reached its end.
    """

    source = models.ForeignKey(
        "postings.Source", models.CASCADE, related_name="web_addresses"
    )
    address = models.CharField(_("address"), max_length=schemaorg.MAX_URL)
    etag = models.CharField(max_length=1000, blank=True)
    last_modified = models.CharField(max_length=1000, blank=True)
    listed = models.CharField(max_length=40, blank=True)
    reader_version = models.PositiveIntegerField(_("reader version"), default=0)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    crawl_began_at = models.DateTimeField(_("crawl began"), null=True, blank=True)

    class Meta:
        verbose_name = _("web address")
        verbose_name_plural = _("web addresses")
        constraints = (
            models.UniqueConstraint(
                fields=("source", "address"), name="web_address_is_unique"
            ),
        )

    def __str__(self) -> str:
        return self.address
