//! The measurements as a table, as JSON and as a plot.

use std::fmt::Write;
use std::path::Path;

use plotters::prelude::*;
use serde::Serialize;

use crate::counted::Cost;
use crate::timed::Spread;
use crate::{Guest, requests};

/// The marks around the table in `docs/cost.md`.
pub const FIGURES: [&str; 2] = ["<!-- figures: make bench -->\n", "<!-- end of figures -->"];
/// The marks around the line in the README.
pub const COST: [&str; 2] = ["<!-- cost: make bench -->\n", "<!-- end of cost -->"];

/// The page with the text between two marks replaced.
///
/// # Errors
/// One of the marks is missing.
pub fn replaced_between(page: &str, [begin, end]: [&str; 2], text: &str) -> Result<String, String> {
    let missing = |mark: &str| format!("no mark {}", mark.trim_end());
    let (before, rest) = page.split_once(begin).ok_or_else(|| missing(begin))?;
    let (_, after) = rest.split_once(end).ok_or_else(|| missing(end))?;
    Ok([before, begin, text, end, after].concat())
}

/// Everything measured in one run.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// One for each guest.
    pub guests: Vec<GuestFigures>,
    /// One for each request and guest.
    pub calls: Vec<Call>,
    /// The policy's instructions over the size of the request.
    pub growth: Vec<Growth>,
}

/// The size and compile time of a module.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GuestFigures {
    /// The guest.
    pub guest: Guest,
    /// The module's size.
    pub bytes: usize,
    /// Wasmtime's compile time in milliseconds, the median of a few.
    pub compile_milliseconds: f64,
}

/// The cost of one request in one guest.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// The name of the request.
    pub request: &'static str,
    /// The payload's size.
    pub payload_bytes: usize,
    /// The guest.
    pub guest: Guest,
    /// Microseconds.
    pub time: Spread,
    /// Instructions and memory.
    #[serde(flatten)]
    pub cost: Cost,
}

/// The policy's instructions for a request of a size.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Growth {
    /// The items whose number varies.
    pub of: &'static str,
    /// The number of items.
    pub count: usize,
    /// Executed instructions.
    pub instructions: u64,
}

impl Report {
    /// The tables that `make bench` prints.
    pub fn table(&self) -> String {
        let mut text = String::new();
        let mut line = |line: std::fmt::Arguments| writeln!(text, "{line}").expect("a string takes it");
        line(format_args!("{:<20} {:>12} {:>14}", "guest", "bytes", "compile ms"));
        for g in &self.guests {
            line(format_args!("{:<20} {:>12} {:>14.0}", g.guest.name(), g.bytes, g.compile_milliseconds));
        }
        line(format_args!(
            "\n{:<32} {:<18} {:>10} {:>17} {:>8} {:>13} {:>11}",
            "request", "guest", "median us", "p10..p90", "x floor", "instructions", "memory KiB"
        ));
        for call in &self.calls {
            line(format_args!(
                "{:<32} {:<18} {:>10.1} {:>17} {:>8.2} {:>13} {:>11}",
                call.request,
                call.guest.name(),
                call.time.median,
                format!("{:.1}..{:.1}", call.time.p10, call.time.p90),
                call.time.median / self.call(call.request, Guest::AcceptEverything).time.median,
                call.cost.instructions,
                call.cost.memory / 1024,
            ));
        }
        line(format_args!("\n{:<12} {:>7} {:>14}", "growth of", "count", "instructions"));
        for growth in &self.growth {
            line(format_args!("{:<12} {:>7} {:>14}", growth.of, growth.count, growth.instructions));
        }
        text
    }

    /// The table in `docs/cost.md`.
    pub fn markdown(&self) -> String {
        let mut text = String::from("| | nothing | this policy | conventional |\n|---|---|---|---|\n");
        let mut row = |name: &str, value: &dyn Fn(Guest) -> String| {
            let values = Guest::ALL.map(value).join(" | ");
            text += &format!("| {name} | {values} |\n");
        };
        row("module, KB", &|guest| format!("{:.0}", self.guest(guest).bytes as f64 / 1000.0));
        row("compilation, ms", &|guest| format!("{:.0}", self.guest(guest).compile_milliseconds));
        for call in self.calls.iter().filter(|call| call.guest == Guest::Policy) {
            row(&format!("{}, us", call.request), &|guest| {
                format!("{:.0}", self.call(call.request, guest).time.median)
            });
            row(&format!("{}, thousand instructions", call.request), &|guest| {
                format!("{:.0}", self.call(call.request, guest).cost.instructions as f64 / 1000.0)
            });
        }
        text
    }

    /// The line in the README.
    pub fn summary(&self) -> String {
        let [floor, policy, conventional] =
            Guest::ALL.map(|guest| format!("{:.0} us", self.call(requests::AKS_SAMPLE, guest).time.median));
        format!(
            "One request for the AKS sample takes {policy}, against {floor} in a policy that does nothing and {conventional} in \
             a conventional one: [docs/cost.md](docs/cost.md).\n"
        )
    }

    /// The figures of a guest's module.
    pub fn guest(&self, guest: Guest) -> &GuestFigures {
        self.guests.iter().find(|figures| figures.guest == guest).expect("every guest is measured")
    }

    /// The figures of a request in a guest.
    pub fn call(&self, request: &str, guest: Guest) -> &Call {
        let found = self.calls.iter().find(|call| call.request == request && call.guest == guest);
        found.expect("every request is measured in every guest")
    }

    /// The policy's median time as a multiple of the floor's.
    pub fn times_floor(&self, request: &str) -> f64 {
        self.call(request, Guest::Policy).time.median / self.call(request, Guest::AcceptEverything).time.median
    }

    /// Draws the median times as bars, on a logarithmic scale.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn plot(&self, file: &Path) -> Result<(), Box<dyn std::error::Error>> {
        let requests: Vec<&str> =
            self.calls.iter().filter(|c| c.guest == Guest::Policy).map(|call| call.request).collect();
        let highest = self.calls.iter().map(|call| call.time.p90).fold(0.0, f64::max);
        let lowest = self.calls.iter().map(|call| call.time.p10).fold(f64::MAX, f64::min);
        let root = SVGBackend::new(file, (1000, 460)).into_drawing_area();
        root.fill(&WHITE)?;
        let slots = Guest::ALL.len() + 1;
        let mut chart = ChartBuilder::on(&root)
            .caption("Time of one request, fresh instance (median, p10 to p90)", ("sans-serif", 20))
            .margin(10)
            .x_label_area_size(40)
            .y_label_area_size(70)
            .build_cartesian_2d(0f64..(requests.len() * slots) as f64, (lowest * 0.7..highest * 1.3).log_scale())?;
        chart.configure_mesh().disable_x_mesh().x_labels(0).y_desc("microseconds").draw()?;
        for (g, (guest, color)) in Guest::ALL
            .into_iter()
            .zip([&RGBColor(150, 150, 150), &RGBColor(0, 110, 180), &RGBColor(220, 120, 20)])
            .enumerate()
        {
            let bars = requests.iter().enumerate().map(|(r, request)| {
                let left = (r * slots + g) as f64 + 0.5;
                let time = self.call(request, guest).time;
                (left, time)
            });
            chart
                .draw_series(bars.clone().map(|(left, time)| {
                    Rectangle::new([(left, lowest * 0.7), (left + 0.9, time.median)], color.filled())
                }))?
                .label(guest.name())
                .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 10, y + 5)], color.filled()));
            chart.draw_series(
                bars.map(|(left, time)| {
                    PathElement::new(vec![(left + 0.45, time.p10), (left + 0.45, time.p90)], BLACK)
                }),
            )?;
        }
        for (r, request) in requests.iter().enumerate() {
            let (x, y) = chart.backend_coord(&((r * slots) as f64 + 0.5, lowest * 0.7));
            root.draw(&Text::new(request.to_string(), (x, y + 8 + (r as i32 % 2) * 14), ("sans-serif", 12)))?;
        }
        chart
            .configure_series_labels()
            .background_style(WHITE)
            .border_style(BLACK)
            .position(SeriesLabelPosition::UpperLeft)
            .draw()?;
        root.present()?;
        Ok(())
    }
}
