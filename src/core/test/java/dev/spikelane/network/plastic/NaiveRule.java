package dev.spikelane.network.plastic;

import dev.spikelane.connection.Kernel;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;

/**
 * One rule of all kinds of lines, in plain loops: for each synapse of a convolution over samples and positions. Arrays
 * are in torch's order.
 */
final class NaiveRule {

    static final String TEXT = """
            rule Naive
            param up = 0.5, down = 0.25
            modulator reward = 0.125
            state synapse e = 0.25
            state pre z = 2                   # between 1 and 2
            trace pre x tau = 3
            trace post y tau = 5 nearest behind
            each step
            z = pre ? 2 : 1 + 0.5 * (z - 1)
            on pre
            w += -down * w * y
            part = y - w
            e += part * z
            on post
            w += up * x * (1 - w)
            e += e * x
            on pre z < 1.2                    # silent for three steps
            e += 0.125 * y
            each step
            w = w + reward * e
            e = 0.75 * e
            bounds -0.5, 1
            """;

    private static final float KEEP_X = (float) StrictMath.exp(-1.0 / 3);
    private static final float KEEP_Y = (float) StrictMath.exp(-1.0 / 5);

    private final Kernel kernel;
    private final Shape source;
    private final Shape target;
    private final int batch;
    private final int delay;
    private final SpikeMatrix inputs;
    private final SpikeMatrix outputs;
    final float[] weights;
    final float[] e;
    final float[] x;
    final float[] y;
    private final float[] z;

    NaiveRule(
            Kernel kernel,
            Shape source,
            Shape target,
            int batch,
            int delay,
            SpikeMatrix inputs,
            SpikeMatrix outputs,
            float[] weights) {
        this.kernel = kernel;
        this.source = source;
        this.target = target;
        this.batch = batch;
        this.delay = delay;
        this.inputs = inputs;
        this.outputs = outputs;
        this.weights = weights.clone();
        this.e = filled(weights.length, 0.25f);
        this.x = new float[batch * source.size()];
        this.y = new float[batch * target.size()];
        this.z = filled(x.length, 2);
    }

    private static float[] filled(int length, float value) {
        float[] made = new float[length];
        java.util.Arrays.fill(made, value);
        return made;
    }

    private boolean fires(int step, int sample, int input) {
        return step >= delay && inputs.get((step - delay) * batch + sample, input);
    }

    void step(int step) {
        for (int i = 0; i < x.length; i++) {
            boolean fires = fires(step, i / source.size(), i % source.size());
            x[i] = small(x[i] * KEEP_X) + (fires ? 1 : 0);
            z[i] = fires ? 2 : 1 + 0.5f * (z[i] - 1);
        }
        for (int i = 0; i < y.length; i++) {
            y[i] = small(y[i] * KEEP_Y);
        }
        int groupInputs = source.channels() / kernel.groups();
        int places = kernel.y().size() * kernel.x().size();
        for (int i = 0; i < weights.length; i++) {
            int output = i / (groupInputs * places);
            int input = output / (target.channels() / kernel.groups()) * groupInputs + i / places % groupInputs;
            synapse(
                    step,
                    i,
                    input,
                    output,
                    i % places / kernel.x().size(),
                    i % kernel.x().size());
        }
        for (int i = 0; i < y.length; i++) {
            y[i] = outputs.get(step * batch + i / target.size(), i % target.size()) ? 1 : y[i];
        }
    }

    private static float small(float trace) {
        return trace < 1e-30f ? 0 : trace;
    }

    private void synapse(int step, int number, int channel, int output, int ky, int kx) {
        float w = weights[number];
        float kept = e[number];
        float ofWeight = 0;
        float ofTrace = 0;
        for (int block = 0; block < 3; block++) {
            for (int i = 0; i < batch * target.height() * target.width(); i++) {
                int sample = i / target.height() / target.width();
                int row = i / target.width() % target.height() * kernel.y().stride()
                        - kernel.y().padding()
                        + ky * kernel.y().dilation();
                int column = i % target.width() * kernel.x().stride()
                        - kernel.x().padding()
                        + kx * kernel.x().dilation();
                if (row < 0 || row >= source.height() || column < 0 || column >= source.width()) {
                    continue;
                }
                int from = (channel * source.height() + row) * source.width() + column;
                int to = output * target.height() * target.width() + i % (target.height() * target.width());
                float trace = y[sample * target.size() + to];
                float before = x[sample * source.size() + from];
                if (block == 0 && fires(step, sample, from)) {
                    ofWeight += -0.25f * w * trace;
                    ofTrace += (trace - w) * z[sample * source.size() + from];
                }
                if (block == 1 && outputs.get(step * batch + sample, to)) {
                    ofWeight += 0.5f * before * (1 - w);
                    ofTrace += kept * before;
                }
                if (block == 2 && z[sample * source.size() + from] < 1.2f) {
                    ofTrace += 0.125f * trace;
                }
            }
        }
        float now = kept + ofTrace;
        weights[number] = bounded(bounded(w + ofWeight) + 0.125f * now);
        e[number] = 0.75f * now;
    }

    private static float bounded(float weight) {
        return weight > -0.5f ? Math.min(weight, 1) : -0.5f;
    }
}
