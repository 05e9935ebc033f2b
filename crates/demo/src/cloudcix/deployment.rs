//! What the modelled deployment consists of: services, stages, queues, the sites it reads and the corpora it writes.

use domain::time::TimeDelta;

/// A service with code of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Service {
    /// Takes jobs, moves them from stage to stage.
    Orchestrator,
    /// Fetches pages.
    Scraper,
    /// Cuts texts.
    Chunking,
    /// Embeds texts (write path) and searches them (read path).
    EmbeddingApi,
}

/// A machine: telemetry is sampled on each one alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Machine {
    /// Orchestrator and scraper.
    App,
    /// Chunking.
    Chunking,
    /// Embedding.
    Embedding,
}

impl Service {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Orchestrator, Self::Scraper, Self::Chunking, Self::EmbeddingApi];

    /// `service.name`.
    pub(super) const fn name(self) -> &'static str {
        self.target().0
    }

    /// The scrape target's `job` and `instance`.
    pub(super) const fn target(self) -> (&'static str, &'static str) {
        match self {
            Self::Orchestrator => ("orchestrator", "orchestrator:8000"),
            Self::Scraper => ("scraper", "scraper:8000"),
            Self::Chunking => ("chunking", "chunking:8000"),
            Self::EmbeddingApi => ("embedding-api", "embedding-api:8000"),
        }
    }

    /// Where it runs.
    pub(super) const fn machine(self) -> Machine {
        match self {
            Self::Orchestrator | Self::Scraper => Machine::App,
            Self::Chunking => Machine::Chunking,
            Self::EmbeddingApi => Machine::Embedding,
        }
    }
}

/// A stage of the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Fetch the page.
    Scrape,
    /// Cut it.
    Chunk,
    /// Embed and store the pieces.
    Embed,
}

impl Stage {
    /// All of them, in order.
    pub(super) const ALL: [Self; 3] = [Self::Scrape, Self::Chunk, Self::Embed];

    /// `job.stage`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Scrape => "scrape",
            Self::Chunk => "chunk",
            Self::Embed => "embed",
        }
    }

    /// `failed.stage`: another vocabulary for the same stages.
    pub(super) const fn failed_name(self) -> &'static str {
        match self {
            Self::Scrape => "scraping",
            Self::Chunk => "chunking",
            Self::Embed => "embedding",
        }
    }

    /// The service whose workers do it.
    pub(super) const fn service(self) -> Service {
        match self {
            Self::Scrape => Service::Scraper,
            Self::Chunk => Service::Chunking,
            Self::Embed => Service::EmbeddingApi,
        }
    }

    /// Its Celery task.
    pub(super) const fn task(self) -> &'static str {
        match self {
            Self::Scrape => "scrape_task",
            Self::Chunk => "chunk_task",
            Self::Embed => "embed_task",
        }
    }

    /// Its queue.
    pub(super) const fn queue(self) -> &'static str {
        match self {
            Self::Scrape => "scrape_jobs",
            Self::Chunk => "chunk_jobs",
            Self::Embed => "embed_jobs",
        }
    }

    /// Its worker's container.
    pub(super) const fn container(self) -> &'static str {
        match self {
            Self::Scrape => "scraper-worker",
            Self::Chunk => "chunking-worker",
            Self::Embed => "embedding-worker",
        }
    }

    /// Route template of the request that starts it.
    pub(super) const fn route(self) -> &'static str {
        match self {
            Self::Scrape => "/scrape",
            Self::Chunk => "/chunk",
            Self::Embed => "/embed",
        }
    }

    /// What comes after it.
    pub(super) const fn next(self) -> Option<Self> {
        match self {
            Self::Scrape => Some(Self::Chunk),
            Self::Chunk => Some(Self::Embed),
            Self::Embed => None,
        }
    }

    /// Worker processes at 20 jobs a minute.
    pub(super) const fn n_workers(self) -> usize {
        match self {
            Self::Scrape => 4,
            Self::Chunk => 2,
            Self::Embed => 3,
        }
    }

    /// How long the first retry waits; each later one three times as long as the one before.
    pub(super) const fn backoff(self) -> TimeDelta {
        match self {
            Self::Scrape | Self::Chunk => TimeDelta::from_secs(5),
            Self::Embed => TimeDelta::from_secs(8),
        }
    }
}

/// Celery's `max_retries`.
pub(super) const MAX_RETRIES: u32 = 3;
/// How often a task whose worker was lost is delivered again.
pub(super) const MAX_REDELIVERIES: u32 = 2;
/// A page that needs more memory than a chunk worker has.
pub(super) const TOO_LARGE_BYTES: f64 = 20e6;
/// Pieces that are embedded with one call.
pub(super) const BATCH_SIZE: u32 = 12;
/// The model behind the inference server.
pub(super) const MODEL: &str = "bge-large-en-v1.5";
/// The share of good traces that is kept.
pub(super) const KEPT_SHARE: f64 = 0.15;
/// How long the sampling waits for a trace's spans.
pub(super) const DECISION_WAIT: TimeDelta = TimeDelta::from_secs(10);
/// How often metrics are scraped.
pub(super) const SCRAPE_INTERVAL: TimeDelta = TimeDelta::from_secs(15);
/// Versions: the one that runs first, and the one that the usual deploy brings.
pub(super) const VERSIONS: [&str; 2] = ["5d20e7c", "8c1f2ab"];

/// A site that pages are fetched from.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Host {
    /// Its name.
    pub name: &'static str,
    /// Its share of all jobs, in hundredths.
    pub share: u32,
    /// Where its pages live.
    pub section: &'static str,
}

/// All sites; their shares add up to 100.
pub(super) const HOSTS: [Host; 12] = [
    Host { name: "docs.example.org", share: 25, section: "guide" },
    Host { name: "en.wiki.example.net", share: 16, section: "wiki" },
    Host { name: "news.example.com", share: 12, section: "2026/11" },
    Host { name: "blog.example.dev", share: 9, section: "posts" },
    Host { name: "api.example.io", share: 8, section: "reference" },
    Host { name: "shop.example.com", share: 7, section: "products" },
    Host { name: "forum.example.org", share: 6, section: "t" },
    Host { name: "papers.example.edu", share: 5, section: "abs" },
    Host { name: "status.example.io", share: 4, section: "history" },
    Host { name: "law.example.gov", share: 3, section: "acts" },
    Host { name: "recipes.example.com", share: 3, section: "dish" },
    Host { name: "maps.example.net", share: 2, section: "place" },
];

/// Last parts of addresses.
pub(super) const PAGES: [&str; 16] = [
    "install",
    "quickstart",
    "configuration",
    "upgrade",
    "faq",
    "limits",
    "security",
    "billing",
    "webhooks",
    "search",
    "indexing",
    "glossary",
    "release-notes",
    "migration",
    "troubleshooting",
    "api-keys",
];

/// Collections that are written and searched.
pub(super) const CORPORA: [&str; 5] =
    ["product-docs", "support-kb", "news-archive", "research-notes", "public-web"];
