package dev.spikelane.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A pair of axes with a caption, drawn by XChart somewhere in a picture; what is many marks is drawn inside by the figure itself. */
final class Axes {

    /** Room for the labels of the vertical axis, so that panels below each other start at one line. */
    private static final int LABELS = 52;

    private static final int NAME = 24;

    /** Of a label: the multiples of a tenth are no exact binary numbers. */
    private static final MathContext DIGITS = new MathContext(6);

    private final XYChart chart;
    private final Rectangle2D place;

    /** The axes cover the two ranges and no more. */
    Axes(Rectangle2D place, String caption, double least, double most, double lowest, double highest) {
        this.place = place;
        this.chart = new XYChart((int) place.getWidth(), (int) place.getHeight());
        XYStyler style = chart.getStyler();
        style.setLocale(Locale.ROOT);
        style.setChartBackgroundColor(Ink.PAPER)
                .setPlotBackgroundColor(Ink.PAPER)
                .setPlotBorderVisible(false);
        style.setChartPadding(4).setChartFontColor(Ink.TEXT).setPlotContentSize(1);
        style.setChartTitleFont(Ink.CAPTION).setChartTitleBoxVisible(false).setChartTitleVisible(!caption.isEmpty());
        style.setLegendVisible(false).setLegendFont(Ink.LABEL).setLegendBorderColor(Ink.PAPER);
        style.setLegendPosition(LegendPosition.OutsideS);
        style.setAxisTickLabelsFont(Ink.LABEL).setAxisTitleFont(Ink.LABEL).setAxisTickLabelsColor(Ink.MUTED);
        style.setAxisTickMarksColor(Ink.LINE).setAxisTickMarksStroke(Ink.THIN).setPlotGridLinesVisible(false);
        style.setPlotMargin(0).setXAxisTickMarkSpacingHint(70).setYAxisTickMarkSpacingHint(36);
        style.setXAxisMin(least).setXAxisMax(most).setYAxisMin(lowest).setYAxisMax(highest);
        style.setXAxisTickLabelsFormattingFunction(Axes::label).setYAxisTickLabelsFormattingFunction(Axes::label);
        chart.setTitle(caption);
        // Where data lie at few places, XChart labels these, so an unseen series puts the labels at round numbers.
        double[] horizontal = round(least, most, (int) place.getWidth() / 80);
        double[] vertical = round(lowest, highest, (int) place.getHeight() / 50);
        int points = Math.max(horizontal.length, vertical.length);
        XYSeries frame = chart.addSeries(" ", padded(horizontal, points), padded(vertical, points));
        frame.setMarker(SeriesMarkers.NONE);
        frame.setLineStyle(Ink.THIN).setLineColor(new Color(0, 0, 0, 0));
        frame.setShowInLegend(false);
    }

    Axes names(String horizontal, String vertical) {
        chart.setXAxisTitle(horizontal);
        chart.setYAxisTitle(vertical);
        chart.getStyler().setYAxisLeftWidthHint(vertical.isEmpty() ? LABELS : LABELS + NAME);
        chart.getStyler().setXAxisTitleVisible(!horizontal.isEmpty()).setYAxisTitleVisible(!vertical.isEmpty());
        return this;
    }

    Axes grid() {
        chart.getStyler().setPlotGridHorizontalLinesVisible(true).setPlotGridLinesColor(Ink.LINE);
        chart.getStyler().setPlotGridLinesStroke(Ink.THIN);
        return this;
    }

    Axes legend() {
        chart.getStyler().setLegendVisible(true).setLegendLayout(LegendLayout.Horizontal);
        return this;
    }

    /** A line through values of the steps from 0 on; gaps where one is not finite. */
    void line(String name, double[] values, Color color) {
        double[] steps = new double[values.length];
        for (int step = 0; step < steps.length; step++) {
            steps[step] = step;
            values[step] = Double.isFinite(values[step]) ? values[step] : Double.NaN;
        }
        XYSeries line = chart.addSeries(name, steps, values);
        line.setMarker(SeriesMarkers.NONE);
        line.setLineStyle(new BasicStroke(1.4f)).setLineColor(color);
    }

    /** Paints axes and lines; the others know where things are only after that. */
    void paint(Graphics2D graphics) {
        AffineTransform before = graphics.getTransform();
        graphics.translate(place.getX(), place.getY());
        chart.paint(graphics, (int) place.getWidth(), (int) place.getHeight());
        graphics.setTransform(before);
    }

    double x(double value) {
        return place.getX() + chart.getScreenXFromChart(value);
    }

    double y(double value) {
        return place.getY() + chart.getScreenYFromChart(value);
    }

    /** The multiples in a range of 1, 2 or 5 times a power of ten, the smallest of which there are at most {@code most}. */
    static double[] round(double from, double to, int most) {
        double power = Math.pow(10, Math.floor(Math.log10((to - from) / Math.max(1, most))));
        double unit = power;
        for (int factor : new int[] {1, 2, 5, 10}) {
            unit = factor * power;
            if (Math.floor(to / unit) - Math.ceil(from / unit) < Math.max(1, most)) {
                break;
            }
        }
        double first = Math.ceil(from / unit);
        int count = (int) (Math.floor(to / unit) - first) + 1;
        double chosen = unit;
        return IntStream.range(0, Math.max(1, count))
                .mapToDouble(i -> (first + i) * chosen)
                .toArray();
    }

    private static double[] padded(double[] values, int length) {
        double[] padded = Arrays.copyOf(values, length);
        Arrays.fill(padded, values.length, length, values[values.length - 1]);
        return padded;
    }

    private static String label(double value) {
        return BigDecimal.valueOf(value).round(DIGITS).stripTrailingZeros().toPlainString();
    }
}
