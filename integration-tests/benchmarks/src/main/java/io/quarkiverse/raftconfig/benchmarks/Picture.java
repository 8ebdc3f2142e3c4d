package io.quarkiverse.raftconfig.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Charts below each other, with one axis of what they share, as SVG that is read on a light and on a dark page. */
final class Picture {
    private static final List<String> COLORS = List.of("#3584e4", "#e5793b", "#2ea57c");
    private static final int WIDTH = 760;
    private static final int LEFT = 48;
    private static final int RIGHT = 16;
    private static final int TOP = 34;
    private static final int HEIGHT = 150;
    private static final int GAP = 56;
    private static final int STEPS = 5;

    private final String shared;
    private final List<Chart> charts = new ArrayList<>();

    record Point(double x, double y) {
    }

    record Line(String name, List<Point> points) {
    }

    private record Chart(String title, List<Line> lines) {
        double most(ToDoubleFunction<Point> of) {
            return lines.stream().flatMap(line -> line.points().stream()).mapToDouble(of).max().orElse(1);
        }
    }

    /** @param shared what goes to the right */
    Picture(String shared) {
        this.shared = shared;
    }

    /** One more, from zero up. */
    void add(String title, List<Line> lines) {
        charts.add(new Chart(title, lines));
    }

    String svg() {
        var svg = new StringBuilder();
        int height = TOP + charts.size() * (HEIGHT + GAP) - 8;
        svg.append(String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">
                <style>
                text { font: 12px sans-serif; fill: #57606a }
                .title { font-weight: bold }
                .grid { stroke: #8c959f; stroke-opacity: .35 }
                path { fill: none; stroke-width: 1.5 }
                @media (prefers-color-scheme: dark) { text { fill: #b1bac4 } }
                </style>
                """, WIDTH, height, WIDTH, height));
        for (int i = 0; i < charts.size(); i++) {
            draw(svg, charts.get(i), TOP + i * (HEIGHT + GAP));
        }
        return svg.append("</svg>\n").toString();
    }

    private void draw(StringBuilder svg, Chart chart, int top) {
        double right = ceiling(chart.most(Point::x));
        double upper = ceiling(chart.most(Point::y));
        text(svg, LEFT, top - 12, "start", "title", chart.title());
        for (int i = 0; i <= STEPS; i++) {
            double y = top + HEIGHT - (double) HEIGHT * i / STEPS;
            svg.append(String.format(Locale.ROOT, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n", LEFT,
                    WIDTH - RIGHT, y, y));
            text(svg, LEFT - 6, y + 4, "end", "", number(upper * i / STEPS));
            double x = LEFT + (double) (WIDTH - LEFT - RIGHT) * i / STEPS;
            text(svg, x, top + HEIGHT + 18, i == STEPS ? "end" : "middle", "",
                    number(right * i / STEPS) + (i == STEPS ? " " + shared : ""));
        }
        for (int i = 0; i < chart.lines().size(); i++) {
            Line line = chart.lines().get(i);
            String color = COLORS.get(i % COLORS.size());
            String path = line.points().stream().map(point -> String.format(Locale.ROOT, "%.1f %.1f",
                    LEFT + (WIDTH - LEFT - RIGHT) * point.x() / right, top + HEIGHT - HEIGHT * point.y() / upper))
                    .collect(Collectors.joining("L", "M", ""));
            svg.append(String.format("<path stroke=\"%s\" d=\"%s\"/>%n", color, path));
            int x = WIDTH - RIGHT - 40 * (chart.lines().size() - i);
            svg.append(String.format("<path stroke=\"%s\" d=\"M%d %dh16\"/>%n", color, x, top - 16));
            text(svg, x + 22, top - 12, "start", "", line.name());
        }
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String type, String words) {
        svg.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>%n", x, y, anchor,
                type.isEmpty() ? "" : " class=\"" + type + "\"", words));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value == Math.rint(value) ? "%,.0f" : "%.1f", value);
    }

    /** The next number that is 1, 2 or 5 times a power of ten. */
    private static double ceiling(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double factor : new double[] { 1, 2, 5 }) {
            if (value <= factor * power) {
                return factor * power;
            }
        }
        return 10 * power;
    }
}
