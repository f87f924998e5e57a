package dev.spikelane.plot;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A chain of layers as SVG without a script: a column of dots for each layer, and lines between neighbors. */
final class LayersDrawing {

    /** Most dots of a layer; a gap in the middle stands for the rest. */
    private static final int MOST_DOTS = 8;

    private static final int PITCH = 190;
    private static final int MARGIN = 70;
    private static final int COLORS = 5;
    private static final int DOT = 20;
    private static final int HEIGHT = 248;
    private static final int MIDDLE = 98;

    private final StringBuilder svg = new StringBuilder();

    private LayersDrawing() {}

    /** Returns the markup with escaped names. */
    static String of(List<Block.Layer> layers) {
        LayersDrawing drawing = new LayersDrawing();
        drawing.draw(layers);
        return drawing.svg.toString();
    }

    private void draw(List<Block.Layer> layers) {
        int width = 2 * MARGIN + (layers.size() - 1) * PITCH;
        String label = layers.stream().map(LayersDrawing::text).collect(Collectors.joining(" to "));
        add(
                "<svg class=\"layers\" viewBox=\"0 0 %d %d\" style=\"max-width:%dpx;--width:%d\"",
                width, HEIGHT, width, width);
        add(" role=\"img\" aria-label=\"%s\">\n", label);
        for (int i = 1; i < layers.size(); i++) {
            lines(i, layers.get(i - 1).neurons(), layers.get(i).neurons());
        }
        for (int i = 0; i < layers.size(); i++) {
            dots(i, layers.get(i), Figure.colorOfLayer(i, layers.size()));
        }
        svg.append("</svg>\n");
    }

    private void lines(int layer, int before, int after) {
        svg.append("<path d=\"");
        for (int from = 0; from < dots(before); from++) {
            for (int to = 0; to < dots(after); to++) {
                add("M%d %.0fL%d %.0f", x(layer - 1) + 8, y(from, before), x(layer) - 8, y(to, after));
            }
        }
        svg.append("\"/>\n");
    }

    private void dots(int layer, Block.Layer shown, int color) {
        int neurons = shown.neurons();
        add("<g class=\"series%d\">", color % COLORS);
        for (int dot = 0; dot < dots(neurons); dot++) {
            add("<circle cx=\"%d\" cy=\"%.0f\" r=\"6\"/>", x(layer), y(dot, neurons));
        }
        for (int gap = -1; neurons > MOST_DOTS && gap <= 1; gap++) {
            add("<circle class=\"gap\" cx=\"%d\" cy=\"%d\" r=\"1.6\"/>", x(layer), MIDDLE + 7 * gap);
        }
        add("<text x=\"%d\" y=\"%d\">%,d", x(layer), HEIGHT - 37, neurons);
        add("<tspan x=\"%d\" dy=\"1.3em\">%s</tspan></text></g>\n", x(layer), HtmlPage.escape(shown.name()));
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is not in the JDK
    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }

    private static String text(Block.Layer layer) {
        return HtmlPage.escape(layer.name()) + " " + layer.neurons();
    }

    private static int x(int layer) {
        return MARGIN + layer * PITCH;
    }

    /** A gap separates the dots of a large layer into halves. */
    private static double y(int dot, int neurons) {
        double fromMiddle = dot - (dots(neurons) - 1) / 2.0;
        double gap = neurons > MOST_DOTS ? Math.signum(fromMiddle) * 12 : 0;
        return MIDDLE + DOT * fromMiddle + gap;
    }

    private static int dots(int neurons) {
        return Math.min(neurons, MOST_DOTS);
    }
}
