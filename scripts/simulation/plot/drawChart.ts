import { Scale, powersAround, rangeOf, ticksBetween } from "./Scale.ts";

/** Where a value is and how large. */
export type Point = readonly [x: number, y: number];

/** A row of values in one colour. */
export interface Series {
  readonly name: string;
  /** Ascending by x where it is a line; a gap in the data is a piece of its own. */
  readonly pieces: readonly (readonly Point[])[];
  readonly as: "line" | "area" | "dots";
  readonly colour: Colour;
}

/** A field with its own y axis; those of a chart lie below each other over one x axis. */
export interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
  /** Whether the axis begins at 0; yes unless said otherwise. */
  readonly zero?: boolean;
  /** The axis as it is to be, where it must not follow the values. */
  readonly range?: { readonly least: number; readonly most: number };
  /** Whether the axis is logarithmic: all values are above 0. */
  readonly log?: boolean;
  /** Percent: the values are parts of 1. */
  readonly percent?: boolean;
  /** A line from corner to corner: where y = x. */
  readonly diagonal?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly xTitle: string;
  readonly x: { readonly least: number; readonly most: number };
  readonly panels: readonly Panel[];
  /** Times with a name, over all panels. */
  readonly bands?: readonly { readonly from: number; readonly to: number; readonly name: string }[];
}

/** Each reads on white and on black. */
const COLOURS = {
  blue: ["#1d4ed8", "#79a8ff"],
  orange: ["#b45309", "#f5a742"],
  green: ["#15803d", "#5fcf80"],
  red: ["#b91c1c", "#ff8a80"],
  grey: ["#6b7280", "#9ca3af"],
} as const;
export type Colour = keyof typeof COLOURS;

const WIDTH = 920;
const LEFT = 78;
const RIGHT = 20;
const TOP = 62;
const PANEL = 190;
const HEAD = 20;
const GAP = 46;
const BOTTOM = 56;
const Y_STEPS = 5;
const X_STEPS = 12;
const LETTER = 6.6;

/** A chart as an SVG: the same chart is the same text. Readable on light and on dark pages. */
export function drawChart(chart: Chart): string {
  const height = TOP + chart.panels.length * (PANEL + GAP) - GAP + BOTTOM;
  const x = new Scale(chart.x, { from: LEFT, to: WIDTH - RIGHT });
  const bottom = height - BOTTOM;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escaped(chart.title)}</title>`,
    `<style>${style()}</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}"/>`,
    text(LEFT, 24, "title", chart.title),
    ...bandsOf(chart, x, bottom),
    ...chart.panels.flatMap((panel, n) => panelOf(panel, x, TOP + n * (PANEL + GAP))),
    ...xAxis(chart, x, bottom),
    "</svg>",
    "",
  ].join("\n");
}

function bandsOf({ bands = [] }: Chart, x: Scale, bottom: number): string[] {
  return bands.flatMap(({ from, to, name }, n) => {
    const [left, right] = [x.at(from), x.at(to)];
    const shade = `<rect class="band${n % 2}" x="${place(left)}" y="${TOP - 18}" width="${place(right - left)}" height="${bottom - TOP + 18}"/>`;
    const fits = name.length * LETTER < right - left;
    return fits ? [shade, text(left + 4, TOP - 6, "band", name)] : [shade];
  });
}

function panelOf(panel: Panel, x: Scale, top: number): string[] {
  const floor = top + PANEL;
  const { range, ticks, bend } = yAxis(panel);
  const y = new Scale(range, { from: floor, to: top + HEAD }, bend);
  const grid = ticks.flatMap(({ value, label }) => [
    `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${place(y.at(value))}" y2="${place(y.at(value))}"/>`,
    text(LEFT - 8, y.at(value) + 4, "tick end", label),
  ]);
  const diagonal = panel.diagonal === true ? [diagonalOf(x, y)] : [];
  return [...grid, ...diagonal, ...panel.series.flatMap((series) => drawn(series, x, y, floor)), ...headOf(panel, top)];
}

/** From where to where a panel's axis goes, what is even on it, and its ticks. */
function yAxis(panel: Panel): {
  readonly range: { readonly least: number; readonly most: number };
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
  readonly bend?: (value: number) => number;
} {
  const values = panel.series.flatMap(({ pieces }) => pieces.flatMap((piece) => piece.map(([, y]) => y)));
  if (panel.log === true && values.length > 0) {
    const powers = powersAround(Math.min(...values), Math.max(...values) * 1.01);
    const [least = 1, most = 10] = [powers[0], powers.at(-1)];
    const ticks = powers.map((value) => ({ value, label: String(value) }));
    return { range: { least, most }, ticks, bend: Math.log10 };
  }
  const range = panel.range ?? rangeOf(values, { zero: panel.zero ?? true, steps: Y_STEPS });
  const factor = panel.percent === true ? 100 : 1;
  const { values: ticks, decimals } = ticksBetween(range.least * factor, range.most * factor, Y_STEPS);
  return {
    range,
    ticks: ticks.map((tick) => {
      const number = tick.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
      return { value: tick / factor, label: panel.percent === true ? `${number} %` : number };
    }),
  };
}

/** The panel's title, and the names of its series in their colours. */
function headOf({ title, series }: Panel, top: number): string[] {
  const head = [text(LEFT, top + 10, "head", title)];
  let left = LEFT + title.length * LETTER + 24;
  if (series.length === 1 && series[0]?.name === "") return head;
  for (const { name, colour } of series) {
    head.push(`<rect class="fill-${colour}" x="${place(left)}" y="${top + 2}" width="10" height="10" rx="2"/>`);
    head.push(text(left + 15, top + 11, "name", name));
    left += 15 + name.length * LETTER + 20;
  }
  return head;
}

function drawn({ pieces, as, colour }: Series, x: Scale, y: Scale, floor: number): string[] {
  if (as === "dots") {
    return pieces.flatMap((piece) =>
      piece.map(
        ([a, b]) => `<circle class="dot fill-${colour}" cx="${place(x.at(a))}" cy="${place(y.at(b))}" r="2.6"/>`,
      ),
    );
  }
  return pieces.flatMap((piece) => {
    const path = piece.map(([a, b], n) => `${n === 0 ? "M" : "L"}${place(x.at(a))} ${place(y.at(b))}`).join("");
    const [first, last] = [piece[0], piece.at(-1)];
    if (first === undefined || last === undefined) return [];
    const line = `<path class="line stroke-${colour}" d="${path}"/>`;
    if (as === "line") return [line];
    const under = `${path}L${place(x.at(last[0]))} ${place(floor)}L${place(x.at(first[0]))} ${place(floor)}Z`;
    return [`<path class="area fill-${colour}" d="${under}"/>`, line];
  });
}

function diagonalOf(x: Scale, y: Scale): string {
  const [least, most] = [Math.max(x.least, y.least), Math.min(x.most, y.most)];
  return `<line class="diagonal" x1="${place(x.at(least))}" y1="${place(y.at(least))}" x2="${place(x.at(most))}" y2="${place(y.at(most))}"/>`;
}

function xAxis(chart: Chart, x: Scale, bottom: number): string[] {
  const { values, decimals } = ticksBetween(chart.x.least, chart.x.most, X_STEPS);
  return [
    `<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}"/>`,
    ...values.flatMap((value) => [
      `<line class="axis" x1="${place(x.at(value))}" x2="${place(x.at(value))}" y1="${bottom}" y2="${bottom + 5}"/>`,
      text(x.at(value), bottom + 19, "tick middle", value.toFixed(decimals)),
    ]),
    text((LEFT + WIDTH - RIGHT) / 2, bottom + 42, "name middle", chart.xTitle),
  ];
}

function style(): string {
  const coloursOf = (dark: 0 | 1): string =>
    Object.entries(COLOURS)
      .map(([name, shades]) => `.fill-${name}{fill:${shades[dark]}}.stroke-${name}{stroke:${shades[dark]}}`)
      .join("");
  return [
    "text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#1f2937}.title{font-size:16px;font-weight:600}",
    ".head{font-weight:600}.tick,.band{font-size:11px;fill:#6b7280}.end{text-anchor:end}.middle{text-anchor:middle}",
    ".page{fill:#fff}.band0{fill:#f3f4f6}.band1{fill:#fff}.grid{stroke:#d1d5db;stroke-width:.6}.axis{stroke:#6b7280}",
    ".line{fill:none;stroke-width:1.5;stroke-linejoin:round}.area{opacity:.18}.dot{opacity:.7}",
    ".diagonal{stroke:#6b7280;stroke-dasharray:4 4}",
    coloursOf(0),
    "@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.tick,.band{fill:#9ca3af}.page,.band1{fill:#0d1117}",
    `.band0{fill:#161b22}.grid{stroke:#30363d}.axis,.diagonal{stroke:#9ca3af}${coloursOf(1)}}`,
  ].join("");
}

function text(x: number, y: number, kind: string, content: string): string {
  return `<text class="${kind}" x="${place(x)}" y="${place(y)}">${escaped(content)}</text>`;
}

/** A place in the picture, to a tenth. */
const place = (value: number): string => String(Math.round(value * 10) / 10);

const escaped = (content: string): string =>
  content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
