package dev.spikelane.plot;

import dev.spikelane.plot.data.CurveLine;
import dev.spikelane.plot.data.Range;
import dev.spikelane.plot.data.Signals;
import dev.spikelane.plot.picture.Axes;
import dev.spikelane.plot.picture.Ink;
import dev.spikelane.plot.picture.Picture;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;

record RatesPicture(FiringRatePlot rates) implements Picture {

    @Override
    public int width() {
        return rates.width(Paper.WIDTH);
    }

    @Override
    public int height() {
        return rates.height(Paper.top(rates) + 320);
    }

    @Override
    public void paint(Graphics2D graphics) {
        Paper.paint(graphics, rates, this);
        Signals values = rates.rates();
        boolean one = values.columns() == 1;
        Rectangle2D place = new Rectangle2D.Double(0, Paper.top(rates), width(), (double) height() - Paper.top(rates));
        String caption = one ? rates.names().getFirst() : " ";
        Axes axes = new Axes(place, caption, Range.steps(rates.steps()), FiringRatePlot.range(values))
                .names(rates.xLabel(), rates.yLabel())
                .scale(rates.timeStep());
        axes.paint(graphics, true);
        double[] steps = CurveLine.steps(rates.steps());
        for (int i = 0; i < values.columns(); i++) {
            axes.curve(graphics, steps, values.column(i), Paper.color(rates, i, color(i, values.columns())));
        }
        if (!one) {
            axes.legend(graphics, rates.names(), i -> Paper.color(rates, i, color(i, values.columns())));
        }
    }

    private static Color color(int line, int lines) {
        return Ink.series(Figure.colorOfLayer(line, lines));
    }
}
