package dev.spikelane.plot;

import dev.spikelane.plot.picture.Picture;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/** Pictures in rows at their own sizes, or all scaled down. */
record SheetPicture(SheetPlot plot, List<Picture> pictures) implements Picture {

    private static final int MOST_WIDTH = 1_800;
    private static final int MOST_HEIGHT = 4_000;

    SheetPicture(SheetPlot plot) {
        this(plot, plot.figures().stream().map(Figure::picture).toList());
    }

    @Override
    public int width() {
        return plot.width((int) Math.ceil(suitable() * across()));
    }

    @Override
    public int height() {
        return plot.height(top() + (int) Math.ceil(suitable() * down()));
    }

    @Override
    public void paint(Graphics2D graphics) {
        Paper.paint(graphics, plot, this);
        double scale = Math.min((double) width() / across(), Math.max(1e-3, (double) (height() - top()) / down()));
        AffineTransform before = graphics.getTransform();
        graphics.translate((width() - scale * across()) / 2, top());
        graphics.scale(scale, scale);
        AffineTransform whole = graphics.getTransform();
        int y = 0;
        for (int row = 0; row < rows(); row++) {
            int x = 0;
            for (int column = 0; column < plot.columns() && row * plot.columns() + column < pictures.size(); column++) {
                graphics.translate(x, y);
                pictures.get(row * plot.columns() + column).paint(graphics);
                graphics.setTransform(whole);
                x += width(column);
            }
            y += height(row);
        }
        graphics.setTransform(before);
    }

    private int top() {
        return plot.title().isEmpty() ? 0 : Paper.top(plot);
    }

    private double suitable() {
        return Math.min(1, Math.min((double) MOST_WIDTH / across(), (double) (MOST_HEIGHT - top()) / down()));
    }

    private int rows() {
        return Math.ceilDiv(pictures.size(), plot.columns());
    }

    private int across() {
        return IntStream.range(0, plot.columns()).map(this::width).sum();
    }

    private int down() {
        return IntStream.range(0, rows()).map(this::height).sum();
    }

    private int width(int column) {
        return most(column, plot.columns(), pictures.size(), Picture::width);
    }

    private int height(int row) {
        int first = row * plot.columns();
        return most(first, 1, Math.min(first + plot.columns(), pictures.size()), Picture::height);
    }

    private int most(int first, int stride, int end, ToIntFunction<Picture> length) {
        return IntStream.iterate(first, i -> i < end, i -> i + stride)
                .map(i -> length.applyAsInt(pictures.get(i)))
                .max()
                .orElse(0);
    }
}
