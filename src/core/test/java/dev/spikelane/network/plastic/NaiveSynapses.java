package dev.spikelane.network.plastic;

import dev.spikelane.memory.SpikeMatrix;
import java.util.ArrayList;
import java.util.List;

/** {@link NaiveRule#TEXT} along synapses with delays, in plain loops; neurons are in torch's order. */
final class NaiveSynapses {

    /** A synapse, and how many steps a spike takes along it. */
    record Edge(int source, int target, int delay) {}

    private static final float KEEP_X = (float) StrictMath.exp(-1.0 / 3);
    private static final float KEEP_Y = (float) StrictMath.exp(-1.0 / 5);

    private final List<Edge> edges;
    private final int shortest;
    private final int batch;
    private final SpikeMatrix inputs;
    private final SpikeMatrix outputs;
    final float[] weights;
    final float[] e;
    final float[] y;
    final float[] membranes;
    /** What inputs have in each step, by the shortest delay. */
    private final List<float[]> x = new ArrayList<>();

    private final List<float[]> z = new ArrayList<>();

    NaiveSynapses(List<Edge> edges, float[] weights, int shortest, int batch, SpikeMatrix inputs, SpikeMatrix outputs) {
        this.edges = edges;
        this.weights = weights.clone();
        this.shortest = shortest;
        this.batch = batch;
        this.inputs = inputs;
        this.outputs = outputs;
        this.e = filled(weights.length, 0.25f);
        this.y = new float[batch * outputs.columns()];
        this.membranes = new float[y.length];
    }

    private static float[] filled(int length, float value) {
        float[] made = new float[length];
        java.util.Arrays.fill(made, value);
        return made;
    }

    float[] x() {
        return x.getLast();
    }

    private boolean fires(int step, int sample, int input, int delay) {
        return step >= delay && inputs.get((step - delay) * batch + sample, input);
    }

    void step(int step) {
        currents(step);
        int count = batch * inputs.columns();
        float[] xs = step == 0 ? new float[count] : x.getLast().clone();
        float[] zs = step == 0 ? filled(count, 2) : z.getLast().clone();
        for (int i = 0; i < count; i++) {
            boolean fires = fires(step, i / inputs.columns(), i % inputs.columns(), shortest);
            xs[i] = small(xs[i] * KEEP_X) + (fires ? 1 : 0);
            zs[i] = fires ? 2 : 1 + 0.5f * (zs[i] - 1);
        }
        x.add(xs);
        z.add(zs);
        for (int i = 0; i < y.length; i++) {
            y[i] = small(y[i] * KEEP_Y);
        }
        for (int i = 0; i < weights.length; i++) {
            synapse(step, i);
        }
        for (int i = 0; i < y.length; i++) {
            boolean fires = outputs.get(step * batch + i / outputs.columns(), i % outputs.columns());
            y[i] = fires ? 1 : y[i];
        }
    }

    /** Weights from before the step drive it: delays ascending, then sources, then targets as they were listed. */
    private void currents(int step) {
        float[] sums = new float[membranes.length];
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            order.add(i);
        }
        order.sort(java.util.Comparator.comparingInt((Integer i) -> edges.get(i).delay)
                .thenComparingInt(i -> edges.get(i).source));
        for (int i : order) {
            Edge edge = edges.get(i);
            for (int sample = 0; sample < batch; sample++) {
                if (fires(step, sample, edge.source, edge.delay)) {
                    sums[sample * outputs.columns() + edge.target] += weights[i];
                }
            }
        }
        for (int i = 0; i < sums.length; i++) {
            membranes[i] = 0.5f * membranes[i] + sums[i];
        }
    }

    private static float small(float trace) {
        return trace < 1e-30f ? 0 : trace;
    }

    private void synapse(int step, int number) {
        Edge edge = edges.get(number);
        float w = weights[number];
        float kept = e[number];
        float ofWeight = 0;
        float ofTrace = 0;
        int left = step - (edge.delay - shortest);
        for (int block = 0; block < 3; block++) {
            for (int sample = 0; sample < batch; sample++) {
                int from = sample * inputs.columns() + edge.source;
                float trace = y[sample * outputs.columns() + edge.target];
                float before = left < 0 ? 0 : x.get(left)[from];
                float high = left < 0 ? 2 : z.get(left)[from];
                if (block == 0 && fires(step, sample, edge.source, edge.delay)) {
                    ofWeight += -0.25f * w * trace;
                    ofTrace += (trace - w) * high;
                }
                if (block == 1 && outputs.get(step * batch + sample, edge.target)) {
                    ofWeight += 0.5f * before * (1 - w);
                    ofTrace += kept * before;
                }
                if (block == 2 && left >= 0 && high < 1.2f) {
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
