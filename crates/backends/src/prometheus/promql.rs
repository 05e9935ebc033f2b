//! PromQL, written from typed values: the only place that knows how Prometheus spells a query.

use std::fmt;

use domain::system::{Family, MatchOp, Matcher};
use domain::time::TimeDelta;

use crate::quote::{duration, go_string, is_plain_name};

/// The series of one metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector {
    /// The metric's name; may hold dots (UTF-8 names, Prometheus 3).
    pub name: String,
    /// Which of its series.
    pub matchers: Vec<Matcher>,
}

/// A function over the samples of a window before each point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverTime {
    /// `rate`: growth a second.
    Rate,
    /// `increase`: growth in the window.
    Increase,
    /// `max_over_time`
    Max,
    /// `min_over_time`
    Min,
    /// `avg_over_time`
    Avg,
}

/// How several series become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregation {
    /// `sum`
    Sum,
    /// `max`
    Max,
    /// `min`
    Min,
    /// `avg`
    Avg,
    /// `count`
    Count,
}

/// An expression whose value is a set of series.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Series as they are.
    Select(Selector),
    /// A function over a window.
    Over(OverTime, Selector, TimeDelta),
    /// Series put together; what is left of their labels is `by`.
    Aggregate(Aggregation, Vec<String>, Box<Expr>),
    /// `histogram_quantile` of an expression that keeps `le`.
    Quantile(f64, Box<Expr>),
    /// All series of the first, and those of each next one whose labels have not come yet.
    Or(Vec<Expr>),
    /// Every value times a factor.
    Scaled(Box<Expr>, f64),
    /// The first divided by the second, series by series with the same labels.
    Divided(Box<Expr>, Box<Expr>),
}

impl Expr {
    /// A gauge, summed by the metric's labels, in the metric's unit. Alternate names are asked for at once.
    pub fn gauge(family: &Family) -> Self {
        Self::any_name(family, "", |it| Self::sum_by(&family.by, Self::Select(it))).scaled(family.scale)
    }

    /// How fast a counter grows a second, summed by its labels.
    pub fn rate(family: &Family, window: TimeDelta) -> Self {
        Self::counter(family, OverTime::Rate, window)
    }

    /// By how much a counter grows in the window, summed by its labels.
    pub fn increase(family: &Family, window: TimeDelta) -> Self {
        Self::counter(family, OverTime::Increase, window)
    }

    fn counter(family: &Family, function: OverTime, window: TimeDelta) -> Self {
        let grown = |it| Self::sum_by(&family.by, Self::Over(function, it, window));
        Self::any_name(family, "", grown).scaled(family.scale)
    }

    /// A quantile (0 to 1) of a classic histogram, by its labels, in its unit.
    pub fn quantile(family: &Family, quantile: f64, window: TimeDelta) -> Self {
        let mut by = vec!["le".to_owned()];
        by.extend(family.by.iter().cloned());
        let of_buckets = |it| {
            let buckets = Self::sum_by(&by, Self::Over(OverTime::Rate, it, window));
            Self::Quantile(quantile, Box::new(buckets))
        };
        Self::any_name(family, "_bucket", of_buckets).scaled(family.scale)
    }

    /// The buckets of a classic histogram, for its exemplars.
    pub fn buckets(family: &Family) -> Self {
        Self::any_name(family, "_bucket", Self::Select)
    }

    /// Summed, with these labels left.
    pub fn sum_by(by: &[String], of: Self) -> Self {
        Self::Aggregate(Aggregation::Sum, by.to_vec(), Box::new(of))
    }

    /// Times a factor; unchanged for 1, and for 0, which no unit has.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        if factor == 1.0 || factor == 0.0 { self } else { Self::Scaled(Box::new(self), factor) }
    }

    fn any_name(family: &Family, suffix: &str, make: impl Fn(Selector) -> Self) -> Self {
        let matchers = &family.matchers;
        Self::any_of(&family.names, |it| {
            make(Selector { name: format!("{it}{suffix}"), matchers: matchers.clone() })
        })
    }

    /// A metric under each of its names, joined by `or`. What `make` gives is summed already, so that of two names for one
    /// thing, which may have other labels, the first counts and not both.
    pub fn any_of(names: &[String], make: impl Fn(&str) -> Self) -> Self {
        let mut all: Vec<_> = names.iter().map(|it| make(it)).collect();
        if all.len() == 1 { all.remove(0) } else { Self::Or(all) }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_legacy = is_plain_name(&self.name.replace(':', "_"));
        let mut tests: Vec<String> = Vec::new();
        if is_legacy {
            f.write_str(&self.name)?;
        } else {
            tests.push(go_string(&self.name));
        }
        tests.extend(self.matchers.iter().map(|it| {
            let sign = match it.op {
                MatchOp::Equal => "=",
                MatchOp::NotEqual => "!=",
                MatchOp::Regex => "=~",
                MatchOp::NotRegex => "!~",
            };
            format!("{}{sign}{}", label_name(&it.label), go_string(&it.value))
        }));
        if tests.is_empty() { Ok(()) } else { write!(f, "{{{}}}", tests.join(", ")) }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Select(selector) => write!(f, "{selector}"),
            Self::Over(function, selector, window) => {
                write!(f, "{}({selector}[{}])", function.name(), duration(*window))
            }
            Self::Aggregate(aggregation, by, of) => {
                f.write_str(aggregation.name())?;
                if !by.is_empty() {
                    let by: Vec<_> = by.iter().map(|it| label_name(it)).collect();
                    write!(f, " by ({})", by.join(", "))?;
                }
                write!(f, " ({of})")
            }
            Self::Quantile(quantile, of) => write!(f, "histogram_quantile({quantile}, {of})"),
            Self::Or(all) => {
                for (place, it) in all.iter().enumerate() {
                    let or = if place > 0 { " or " } else { "" };
                    write!(f, "{or}{it}")?;
                }
                Ok(())
            }
            Self::Scaled(of, factor) => write!(f, "({of}) * {factor}"),
            Self::Divided(of, by) => write!(f, "({of}) / ({by})"),
        }
    }
}

impl OverTime {
    const fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Increase => "increase",
            Self::Max => "max_over_time",
            Self::Min => "min_over_time",
            Self::Avg => "avg_over_time",
        }
    }
}

impl Aggregation {
    const fn name(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Max => "max",
            Self::Min => "min",
            Self::Avg => "avg",
            Self::Count => "count",
        }
    }
}

/// A label's name as PromQL takes it: quoted where it has other characters than the classic ones.
fn label_name(name: &str) -> String {
    if is_plain_name(name) { name.to_owned() } else { go_string(name) }
}

#[cfg(test)]
mod tests {
    use domain::system::{MetricKind, Unit};

    use super::*;

    fn family(names: &[&str]) -> Family {
        Family {
            names: names.iter().map(|&it| it.to_owned()).collect(),
            kind: MetricKind::Histogram,
            matchers: vec![Matcher {
                label: "op".to_owned(),
                op: MatchOp::Equal,
                value: "read \"x\"".to_owned(),
            }],
            by: vec!["queue".to_owned()],
            unit: Unit::Seconds,
            scale: 1.0,
        }
    }

    #[track_caller]
    fn check(expr: &Expr, expected: &str) {
        assert_eq!(expr.to_string(), expected);
    }

    #[test]
    fn every_name_is_asked_for_at_once_and_none_is_counted_beside_another() {
        check(
            &Expr::gauge(&family(&["depth", "queue_depth"])),
            r#"sum by (queue) (depth{op="read \"x\""}) or sum by (queue) (queue_depth{op="read \"x\""})"#,
        );
        let family = Family { scale: 0.001, by: Vec::new(), matchers: Vec::new(), ..family(&["a", "b"]) };
        let minute = TimeDelta::from_secs(60);
        check(&Expr::increase(&family, minute), "(sum (increase(a[1m])) or sum (increase(b[1m]))) * 0.001");
        check(
            &Expr::quantile(&family, 0.5, minute),
            "(histogram_quantile(0.5, sum by (le) (rate(a_bucket[1m]))) or \
             histogram_quantile(0.5, sum by (le) (rate(b_bucket[1m])))) * 0.001",
        );
    }

    #[test]
    fn a_quantile_keeps_the_bounds() {
        check(
            &Expr::quantile(&family(&["d_seconds"]), 0.99, TimeDelta::from_secs(60)),
            r#"histogram_quantile(0.99, sum by (le, queue) (rate(d_seconds_bucket{op="read \"x\""}[1m])))"#,
        );
    }

    #[test]
    fn a_unit_is_changed_by_a_factor() {
        let family = Family { scale: 0.001, by: Vec::new(), matchers: Vec::new(), ..family(&["d"]) };
        check(&Expr::increase(&family, TimeDelta::from_secs(90)), "(sum (increase(d[90s]))) * 0.001");
        check(&Expr::rate(&family, TimeDelta::from_millis(1_500)), "(sum (rate(d[1500ms]))) * 0.001");
    }

    #[test]
    fn names_with_dots_are_quoted() {
        let matchers =
            vec![Matcher { label: "a.b".to_owned(), op: MatchOp::NotRegex, value: "x".to_owned() }];
        let family = Family { matchers, by: vec!["c.d".to_owned()], ..family(&["my.metric"]) };
        check(&Expr::gauge(&family), r#"sum by ("c.d") ({"my.metric", "a.b"!~"x"})"#);
        let legacy = Selector { name: "job:up:sum".to_owned(), matchers: Vec::new() };
        check(&Expr::Select(legacy), "job:up:sum");
    }
}
