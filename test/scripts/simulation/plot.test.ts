import { expect } from "chai";

import { Scale, powersAround, rangeOf, ticksBetween } from "../../../scripts/simulation/plot/Scale.ts";
import { type Chart, drawChart } from "../../../scripts/simulation/plot/drawChart.ts";

const CHART: Chart = {
  title: "Rise & fall",
  xTitle: "day",
  x: { least: 0, most: 10 },
  bands: [{ from: 0, to: 5, name: "rise" }],
  panels: [
    {
      title: "FIL",
      series: [
        {
          name: "price",
          colour: "blue",
          as: "line",
          pieces: [
            [
              [0, 0],
              [4, 8],
            ],
            [
              [6, 8],
              [10, 2],
            ],
          ],
        },
        { name: "sales", colour: "red", as: "dots", pieces: [[[5, 5]]] },
      ],
    },
  ],
};

describe("the simulation's charts", () => {
  it("are the same text for the same chart", () => {
    expect(drawChart(CHART)).to.equal(drawChart(structuredClone(CHART)));
  });

  it("draw a gap in the data as a gap, and a dot for each value", () => {
    const svg = drawChart(CHART);
    expect(svg.match(/<path class="line/g)).to.have.length(2);
    expect(svg.match(/<circle/g)).to.have.length(1);
  });

  it("name title, axes, times and series, with what XML wants escaped", () => {
    const svg = drawChart(CHART);
    for (const name of ["Rise &amp; fall", "day", "FIL", "rise", "price", "sales"]) expect(svg).to.contain(`>${name}<`);
  });

  it("have colours for light and for dark pages", () => {
    expect(drawChart(CHART)).to.contain("@media(prefers-color-scheme:dark)");
  });

  it("put values where the scale says", () => {
    const scale = new Scale({ least: -1, most: 1 }, { from: 100, to: 0 });
    expect([-1, 0, 1].map((value) => scale.at(value))).to.deep.equal([100, 50, 0]);
    expect(() => new Scale({ least: 1, most: 1 }, { from: 0, to: 1 })).to.throw(RangeError);
  });

  it("have ticks at round values, as many decimals as they need", () => {
    expect(ticksBetween(0, 1, 5)).to.deep.equal({ values: [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1], decimals: 1 });
    expect(ticksBetween(0, 1095, 12).values).to.deep.equal([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
    expect(ticksBetween(0.99, 1.04, 5).decimals).to.equal(2);
  });

  it("have even powers on a logarithmic axis, around all data", () => {
    expect(powersAround(1.3, 320)).to.deep.equal([1, 2, 5, 10, 20, 50, 100, 200, 500]);
    expect(powersAround(2, 5)).to.deep.equal([2, 5]);
    const scale = new Scale({ least: 1, most: 100 }, { from: 0, to: 100 }, Math.log10);
    expect(scale.at(10)).to.equal(50);
  });

  it("widen an axis to round values around all data, with 0 where asked for", () => {
    expect(rangeOf([3, 97], { zero: true, steps: 5 })).to.deep.equal({ least: 0, most: 100 });
    expect(rangeOf([-3, 17], { zero: true, steps: 5 })).to.deep.equal({ least: -5, most: 20 });
    expect(rangeOf([], { zero: true, steps: 5 })).to.deep.equal({ least: 0, most: 1 });
  });
});
