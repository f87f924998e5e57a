package dev.spikelane.plot;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;

/** Firing rates over time. */
record RatesPicture(FiringRatePlot rates) implements Picture {

    @Override
    public int width() {
        return Sheet.WIDTH;
    }

    @Override
    public int height() {
        return Sheet.top(rates) + 320;
    }

    @Override
    public void paint(Graphics2D graphics) {
        Sheet.paint(graphics, rates, this);
        Signals values = rates.rates();
        double most = values.most() > 0 ? 1.1 * values.most() : 1;
        Rectangle2D place = new Rectangle2D.Double(0, Sheet.top(rates), width(), (double) height() - Sheet.top(rates));
        Axes axes = new Axes(place, "", -0.5, rates.steps() - 0.5, 0, most)
                .names("step", "rate")
                .grid();
        for (int i = 0; i < values.columns(); i++) {
            String name = rates.names().get(i);
            // XChart tells series apart by their names.
            axes.line(
                    name.isEmpty() ? "rate" : name + "\u200b".repeat(i),
                    TracesPicture.column(values, i),
                    Ink.series(i));
        }
        (values.columns() > 1 ? axes.legend() : axes).paint(graphics);
    }
}
