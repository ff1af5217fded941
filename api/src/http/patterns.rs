//! Which route's path an address fits, known before the router gets there and for next to nothing.
//!
//! The router would tell (`match_pattern`), by trying every resource's regular expression once more.

use std::{collections::HashMap, sync::LazyLock};

use actix_web::{HttpRequest, dev::ServiceRequest};

use super::routes::{self, PREFIX};

/// A path with its segments; a parameter's is none.
struct Pattern {
    template: String,
    segments: Vec<Option<String>>,
}

/// By the number of segments, in the router's order: the first that fits wins.
static PATTERNS: LazyLock<HashMap<usize, Vec<Pattern>>> = LazyLock::new(|| {
    let mut patterns: HashMap<usize, Vec<Pattern>> = HashMap::new();
    let all = routes::all();
    for (path, _) in routes::in_order(&all) {
        let template = format!("{PREFIX}{path}");
        let segment = |text: &str| (!text.starts_with('{')).then(|| text.to_owned());
        let segments: Vec<_> = template.split('/').map(segment).collect();
        patterns.entry(segments.len()).or_default().push(Pattern { template, segments });
    }
    patterns
});

/// The template of the route that this path leads to, such as `/api/v1/projects/{project}`.
pub fn of_path(path: &str) -> Option<&'static str> {
    let candidates = PATTERNS.get(&path.split('/').count())?;
    let fits = |pattern: &&Pattern| {
        pattern.segments.iter().zip(path.split('/')).all(|(expected, found)| match expected {
            Some(literal) => literal == found,
            None => !found.is_empty(),
        })
    };
    candidates.iter().find(fits).map(|pattern| pattern.template.as_str())
}

/// That of a request on its way to the router.
pub fn of(request: &ServiceRequest) -> Option<&'static str> {
    // As the router sees it: what needed no escape is not escaped.
    of_path(request.match_info().as_str())
}

/// That of a request that was answered.
pub fn of_answered(request: &HttpRequest) -> Option<&'static str> {
    of_path(request.match_info().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_found_by_an_address_of_its_own() {
        for route in routes::all() {
            let template = format!("{PREFIX}{}", route.path);
            let address: Vec<&str> =
                template
                    .split('/')
                    .map(|segment| {
                        if segment.starts_with('{') {
                            "019a0c00-0000-7000-8000-000000000001"
                        } else {
                            segment
                        }
                    })
                    .collect();
            assert_eq!(of_path(&address.join("/")), Some(template.as_str()));
        }
    }

    #[test]
    fn nothing_else_is() {
        for path in [
            "/",
            "/api/v1",
            "/api/v1/",
            "/api/v1/projects/",
            "/api/v1/projects//team",
            "/api/v1/nothing",
            "/projects",
        ] {
            assert_eq!(of_path(path), None, "{path}");
        }
    }

    #[test]
    fn literal_segments_win_over_parameters() {
        assert_eq!(of_path("/api/v1/projects/options"), Some("/api/v1/projects/options"));
        assert_eq!(of_path("/api/v1/projects/other"), Some("/api/v1/projects/{project}"));
    }
}
