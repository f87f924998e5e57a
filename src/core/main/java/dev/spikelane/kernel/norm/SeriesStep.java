package dev.spikelane.kernel.norm;

import dev.spikelane.equation.Elementwise;
import dev.spikelane.equation.EquationParser;
import dev.spikelane.loop.Frame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.Rows;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.util.Map;

/**
 * Multiplies the rows of a series by weights between its steps: {@code y[t] = bias[t] + sum of weights[t, s] * x[s]}, s
 * ascending, each product added by a fused multiply-add.
 */
public final class SeriesStep implements WindowStep {

    private static final Elementwise ADD =
            new Elementwise(MethodHandles.lookup(), EquationParser.parse("""
            param w = 0
            state y
            input x
            y = fma(x, w, y)
            spike 0 > 1
            """), Map.of("w", new float[1]), Map.of());

    final NormRows rows;
    final int steps;

    final int batch;
    private final FloatMatrix weights;
    private final FloatMatrix bias;
    /** A row of ones, with padding of zero. Its product with a bias starts a sum. */
    private final FloatMatrix ones;

    private final float[][] factors;

    private final float[][] starts;

    /**
     * Creates a step.
     *
     * @param rows the shape of the series, with all rows as samples of one step
     * @param weights {@code [steps x steps]}
     * @param bias {@code [1 x steps]}
     */
    public SeriesStep(Arena arena, NormRows rows, FloatMatrix weights, FloatMatrix bias) {
        this.rows = rows;
        this.steps = weights.rows();
        this.batch = rows.batch() / steps;
        this.weights = weights;
        this.bias = bias;
        this.ones = FloatMatrix.zeros(arena, 1, rows.columns());
        ones.fill(1);
        this.factors = new float[steps * steps][1];
        this.starts = new float[steps][1];
    }

    @Override
    public NormRows rows() {
        return rows;
    }

    @Override
    public void fold(int at, int step) {
        for (int to = 0; to < steps; to++) {
            starts[to][0] = Elements.get(bias, 0, to);
            for (int from = 0; from < steps; from++) {
                factors[to * steps + from][0] = Elements.get(weights, to, from);
            }
        }
    }

    @Override
    public void normalize(FloatMatrix values, FloatMatrix into, int at, int block) {
        rows.require("values", values, at, block);
        rows.require("into", into, at, block);
        Checks.apart("into", into, "values", values);
        sum(values, into, block, false);
    }

    void sum(FloatMatrix values, FloatMatrix into, int block, boolean back) {
        int end = rows.row(0, block + 1);
        int count;
        for (int row = rows.row(0, block); row < end; row += count) {
            int step = row / batch;
            count = Math.min(end - row, batch - row % batch);
            for (int i = row; i < row + count; i++) {
                Rows.clear(into, i);
            }
            for (int other = back ? 0 : -1; other < steps; other++) {
                Frame frame = ADD.frame();
                frame.put("y", into, row);
                if (other < 0) {
                    frame.repeat("x", ones, 0);
                    frame.share("w", starts[step]);
                } else {
                    frame.put("x", values, other * batch + row % batch);
                    frame.share("w", factors[back ? other * steps + step : step * steps + other]);
                }
                frame.words = Math.ceilDiv(rows.columns(), Long.SIZE);
                ADD.run(frame, count);
            }
        }
    }
}
