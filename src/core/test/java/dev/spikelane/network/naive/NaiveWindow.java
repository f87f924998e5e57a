package dev.spikelane.network.naive;

import dev.spikelane.neuron.StateLeaky;

/** Neurons with a window of K inputs: sums since the last multiple of K steps, and suffix sums of older inputs. */
final class NaiveWindow extends NaiveNeurons {

    private final StateLeaky model;
    private final int length;
    /** Inputs of this block of K steps, and suffix sums of the previous block. */
    private final float[][] window;

    private int step;

    NaiveWindow(StateLeaky model, int neurons) {
        super(neurons, "membrane", "sum");
        this.model = model;
        this.length = model.kernelTruncation();
        this.window = new float[length][neurons];
    }

    @Override
    void takeState(NaiveNeurons other) {
        super.takeState(other);
        NaiveWindow from = (NaiveWindow) other;
        for (int i = 0; i < length; i++) {
            window[i] = from.window[i].clone();
        }
        step = from.step;
    }

    @Override
    void step(float[][] entering) {
        float[] current = entering[0];
        float[] u = variables.get("membrane");
        float[] sum = variables.get("sum");
        int n = step % length;
        for (int i = 0; i < u.length; i++) {
            float p = weight(1, i) * sum[i] + current[i];
            u[i] = step >= length && n < length - 1 ? p + weight(n + 1, i) * window[n + 1][i] : p;
            sum[i] = n < length - 1 ? p : 0;
            window[n][i] = current[i];
            for (int j = length - 2; n == length - 1 && j > 0; j--) {
                window[j][i] = window[j + 1][i] + weight(n - j, i) * window[j][i];
            }
            u[i] = NaiveLif.nearest(model.quantization().levels(), u[i]);
            fired[i] = u[i] > model.threshold().value(i);
        }
        System.arraycopy(u, 0, unreset, 0, u.length);
        step++;
    }

    /** Returns the weight of an input of this age in steps. */
    private float weight(int age, int neuron) {
        float tau = 1 / ((1 - model.beta().value(neuron)) + 1e-12f);
        return (float) Math.exp(-age / tau);
    }
}
