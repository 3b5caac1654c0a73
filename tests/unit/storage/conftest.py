"""A PostgreSQL cluster for the tests that need one."""

from __future__ import annotations

from tests.support.cluster import cluster, cluster_url

__all__ = ["cluster", "cluster_url"]
