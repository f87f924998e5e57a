package dev.spikelane.network.naive;

import dev.spikelane.connection.Pool;
import dev.spikelane.memory.Shape;
import java.util.ArrayList;
import java.util.List;

/** A pool in plain loops, on arrays in torch's order. */
public final class NaivePool {

    private final Pool declared;
    private final Shape from;
    private final Shape made;

    public NaivePool(Pool declared, Shape from) {
        this.declared = declared;
        this.from = from;
        this.made = declared.outputShape(from);
    }

    /** Returns the places that an output reads, row by row. */
    private List<Integer> window(int output) {
        List<Integer> window = new ArrayList<>();
        int map = output / (made.height() * made.width());
        if (declared.rule() == Pool.Rule.SPREAD) {
            int y = from.rank() == 2
                    ? 0
                    : output / made.width() % made.height() / declared.y().size();
            int x = output % made.width() / declared.x().size();
            return List.of((map * from.height() + y) * from.width() + x);
        }
        int rows = from.rank() == 2 ? 1 : size(declared.y(), from.height());
        for (int ky = 0; ky < rows; ky++) {
            int y = from.rank() == 2
                    ? 0
                    : first(declared.y(), output / made.width() % made.height())
                            + ky * declared.y().dilation();
            for (int kx = 0; kx < size(declared.x(), from.width()); kx++) {
                int x = first(declared.x(), output % made.width())
                        + kx * declared.x().dilation();
                if (y >= 0 && y < from.height() && x >= 0 && x < from.width()) {
                    window.add((map * from.height() + y) * from.width() + x);
                }
            }
        }
        return window;
    }

    private static int first(Pool.Axis axis, int output) {
        return output * axis.stride() - axis.padding();
    }

    private static int size(Pool.Axis axis, int inputs) {
        return axis.size() == 0 ? inputs : axis.size();
    }

    /** Returns the divisor of an output's sum. */
    private float divisor(int output) {
        if (declared.rule() != Pool.Rule.AVERAGE) {
            return 1;
        }
        if (!declared.countsPadding()) {
            return window(output).size();
        }
        int rows = from.rank() == 2 ? 1 : padded(declared.y(), from.height(), output / made.width() % made.height());
        return rows * padded(declared.x(), from.width(), output % made.width());
    }

    private static int padded(Pool.Axis axis, int inputs, int output) {
        int count = 0;
        for (int k = 0; k < size(axis, inputs); k++) {
            count += first(axis, output) + k < inputs + axis.padding() ? 1 : 0;
        }
        return count;
    }

    public float[] forward(float[] row) {
        float[] pooled = new float[made.size()];
        for (int output = 0; output < pooled.length; output++) {
            float sum = 0;
            for (int place : window(output)) {
                sum += row[place];
            }
            pooled[output] = declared.rule() == Pool.Rule.MAX ? row[winner(row, output)] : sum / divisor(output);
        }
        return pooled;
    }

    /** Returns the output in double precision, with the winners of another row. */
    double[] smooth(float[] ran, double[] row) {
        double[] pooled = new double[made.size()];
        for (int output = 0; output < pooled.length; output++) {
            List<Integer> window = declared.rule() == Pool.Rule.MAX ? List.of(winner(ran, output)) : window(output);
            for (int place : window) {
                pooled[output] += row[place] / divisor(output);
            }
        }
        return pooled;
    }

    private int winner(float[] row, int output) {
        int winner = window(output).getFirst();
        for (int place : window(output)) {
            winner = row[place] > row[winner] || Float.isNaN(row[place]) ? place : winner;
        }
        return winner;
    }

    public double[] back(NaiveArithmetic arithmetic, float[] row, double[] of) {
        double[] back = new double[from.size()];
        for (int output = 0; output < of.length; output++) {
            if (declared.rule() == Pool.Rule.MAX) {
                int winner = winner(row, output);
                back[winner] = arithmetic.plus(back[winner], of[output]);
            } else {
                for (int place : window(output)) {
                    back[place] = arithmetic.plus(back[place], arithmetic.over(of[output], divisor(output)));
                }
            }
        }
        return back;
    }
}
