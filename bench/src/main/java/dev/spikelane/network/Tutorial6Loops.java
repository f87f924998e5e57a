package dev.spikelane.network;

import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Peer;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;

/** {@link Tutorial6} by plain loops, one sample after the other; maps are in the order (y, x, channel). */
final class Tutorial6Loops {

    private static final int KERNEL = Tutorial6.KERNEL;

    private final Signal input;
    private final int batch;
    private final int times;
    private final List<Layer> layers;

    Tutorial6Loops(Arena arena, Signal input, int batch, int times) {
        this.times = times;
        this.input = input;
        this.batch = batch;
        List<Peer.Linear> weights = Tutorial6.layers(arena, input instanceof FloatMatrix);
        layers = List.of(
                new Layer(arena, weights.get(0), batch, 1, Tutorial6.SIDE),
                new Layer(arena, weights.get(1), batch, 12, 12),
                new Layer(arena, weights.get(2), batch, 64, 4));
    }

    Entry entry() {
        return new Entry(
                Contestant.SCALAR,
                () -> layers.forEach(layer -> layer.membrane.fill(0)),
                this::runAll,
                () -> layers.stream()
                        .map(layer -> layer.inTorchOrder().segment())
                        .toList());
    }

    private void runAll() {
        for (int i = 0; i < times; i++) {
            layers.forEach(layer -> layer.membrane.fill(0));
            run();
        }
    }

    private void run() {
        for (int sample = 0; sample < batch; sample++) {
            for (int step = 0; step < Tutorial6.STEPS; step++) {
                float[] maps = row(step, sample);
                maps = layers.get(0).fire(sample, layers.get(0).convolve(maps));
                maps = layers.get(1).fire(sample, layers.get(1).convolve(maps));
                layers.get(2).fire(sample, layers.get(2).multiply(maps));
            }
        }
    }

    private float[] row(int step, int sample) {
        return switch (input) {
            case FloatMatrix images -> images.rows(sample, 1).toArray();
            case SpikeMatrix spikes -> {
                float[] row = new float[spikes.columns()];
                spikes.forEachSpike(step * batch + sample, pixel -> row[pixel] = 1);
                yield row;
            }
        };
    }

    private static final class Layer {
        private final int channels;
        private final int side;
        private final int outputs;
        private final float[] weights;
        private final float[] bias;
        private final FloatMatrix membrane;

        Layer(Arena arena, Peer.Linear linear, int batch, int channels, int side) {
            this.channels = channels;
            this.side = side;
            outputs = linear.weights().rows();
            weights = linear.weights().toArray();
            bias = linear.bias().toArray();
            int pooled = channels == 64 ? 1 : pooled();
            membrane = FloatMatrix.zeros(arena, batch, pooled * pooled * outputs);
        }

        /** The membranes as a state shows them: {@code [batch x (outputs, y, x)]}. */
        FloatMatrix inTorchOrder() {
            FloatMatrix shown = FloatMatrix.zeros(membrane.rows(), membrane.columns());
            int places = membrane.columns() / outputs;
            for (int sample = 0; sample < membrane.rows(); sample++) {
                for (int at = 0; at < membrane.columns(); at++) {
                    shown.set(sample, at % outputs * places + at / outputs, membrane.get(sample, at));
                }
            }
            return shown;
        }

        private int pooled() {
            return (side - KERNEL + 1) / 2;
        }

        /** The largest of each 2 x 2 currents. */
        float[] convolve(float[] maps) {
            int pooled = pooled();
            float[] currents = new float[pooled * pooled * outputs];
            for (int at = 0; at < currents.length; at++) {
                int output = at % outputs;
                int y = at / outputs / pooled * 2;
                int x = at / outputs % pooled * 2;
                float above = Math.max(sum(maps, output, y, x), sum(maps, output, y, x + 1));
                currents[at] = Math.max(above, Math.max(sum(maps, output, y + 1, x), sum(maps, output, y + 1, x + 1)));
            }
            return currents;
        }

        private float sum(float[] maps, int output, int y, int x) {
            float sum = bias[output];
            int weight = output * channels * KERNEL * KERNEL;
            for (int channel = 0; channel < channels; channel++) {
                for (int ky = 0; ky < KERNEL; ky++) {
                    for (int kx = 0; kx < KERNEL; kx++) {
                        sum += weights[weight++] * maps[((y + ky) * side + x + kx) * channels + channel];
                    }
                }
            }
            return sum;
        }

        float[] multiply(float[] maps) {
            float[] currents = bias.clone();
            for (int output = 0; output < outputs; output++) {
                for (int at = 0; at < maps.length; at++) {
                    int place = at % channels * side * side + at / channels;
                    currents[output] += weights[output * maps.length + place] * maps[at];
                }
            }
            return currents;
        }

        float[] fire(int sample, float[] currents) {
            float[] spikes = new float[currents.length];
            for (int neuron = 0; neuron < currents.length; neuron++) {
                float before = membrane.get(sample, neuron);
                float after = Tutorial6.BETA * before + currents[neuron] - (before > 1 ? 1 : 0);
                membrane.set(sample, neuron, after);
                spikes[neuron] = after > 1 ? 1 : 0;
            }
            return spikes;
        }
    }
}
