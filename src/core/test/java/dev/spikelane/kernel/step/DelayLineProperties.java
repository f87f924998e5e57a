package dev.spikelane.kernel.step;

import static dev.spikelane.Matrices.assertSameBits;

import dev.spikelane.EveryWidth;
import dev.spikelane.equation.EquationParameters;
import dev.spikelane.equation.EquationParser;
import dev.spikelane.equation.Equations;
import dev.spikelane.kernel.Awkward.Size;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Delay lines against loops of their formulas: any number of calls, separate blocks, any numbers. */
@EveryWidth
final class DelayLineProperties {

    private static final float[] STRANGE = {0, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.MIN_VALUE, 1e30f};

    private final Arena memory = NativeMemory.ofAuto();
    private Random random = new Random(0);
    private int batch;
    private int neurons;
    private int most;
    private float[] delays = {};

    @Property(tries = 100)
    void isItsFormula(
            @Size int width, @UpTo(64) int longest, @UpTo(80) int steps, @ForAll boolean strange, @ForAll long seed) {
        random = new Random(seed);
        neurons = width;
        most = longest;
        batch = 1 + random.nextInt(3);
        Equations text = EquationParser.parse("param delay = 1 from 0 to " + most
                + "\nstate v\ninput current delayed by delay\nv = current\nspike v > 1\n");
        delays = new float[random.nextBoolean() ? 1 : neurons];
        for (int i = 0; i < delays.length; i++) {
            float delay = random.nextFloat() * most;
            delays[i] = random.nextBoolean() ? delay : Math.round(delay);
        }
        DelayLine line = DelayLine.of(text, new EquationParameters(memory, text, neurons, Map.of("delay", delays)));
        FloatMatrix newest = draw(most, strange);
        FloatMatrix currents = draw(steps, strange);
        FloatMatrix kept = FloatMatrix.zeros(memory, steps * batch, neurons);
        FloatMatrix expected = FloatMatrix.zeros(memory, steps * batch, neurons);
        FloatMatrix newestAfter = FloatMatrix.zeros(memory, most * batch, neurons);
        for (int i = 0; i < neurons; i++) {
            for (int sample = 0; sample < batch; sample++) {
                for (int t = 0; t < steps; t++) {
                    float past = current(currents, newest, t - whole(i) - 1, sample, i);
                    expected.set(
                            t * batch + sample,
                            i,
                            near(i) * current(currents, newest, t - whole(i), sample, i) + far(i) * past);
                }
                for (int k = 0; k < most; k++) {
                    newestAfter.set(k * batch + sample, i, current(currents, newest, steps - 1 - k, sample, i));
                }
            }
        }
        FloatMatrix delayed = FloatMatrix.zeros(memory, steps * batch, neurons);
        delayed.copyFrom(currents);
        FloatMatrix state = FloatMatrix.zeros(memory, most * batch, neurons);
        state.copyFrom(newest);
        int blocks = Math.ceilDiv(neurons, Long.SIZE);
        int cut = 1 + random.nextInt(steps);
        for (int first = 0; first < blocks; first += 2) {
            DelayLine.Run run = new DelayLine.Run(line);
            Tile tile = Tile.whole(delayed).at(first, Math.min(blocks, first + 2));
            for (int t = 0; t < steps; t += cut) {
                run.keep(kept, steps, t);
                run.forward(tile, t * batch, Math.min(cut, steps - t) * batch, delayed, 0, state);
            }
        }
        assertSameBits(expected, delayed, "delayed");
        assertSameBits(newestAfter, state, "newest");
        back(line, steps, currents, newest, kept);
    }

    private void back(DelayLine line, int steps, FloatMatrix currents, FloatMatrix newest, FloatMatrix kept) {
        FloatMatrix given = draw(steps, false);
        FloatMatrix expected = FloatMatrix.zeros(memory, steps * batch, neurons);
        FloatMatrix sumsExpected = FloatMatrix.zeros(memory, batch, neurons);
        for (int sample = 0; sample < batch; sample++) {
            for (int i = 0; i < neurons; i++) {
                float sum = 0;
                for (int t = steps - 1; t >= -most; t--) {
                    float now = gradient(given, t + whole(i), steps, sample, i);
                    float later = gradient(given, t + whole(i) + 1, steps, sample, i);
                    if (t >= 0) {
                        expected.set(t * batch + sample, i, near(i) * now + far(i) * later);
                    }
                    sum += current(currents, newest, t, sample, i) * (later - now);
                }
                sumsExpected.set(sample, i, sum);
            }
        }
        FloatMatrix sums = FloatMatrix.zeros(memory, batch, neurons);
        int cut = 1 + random.nextInt(steps);
        for (int first = 0; first < neurons; first += Long.SIZE) {
            DelayLine.Back back = new DelayLine.Back(line, sums, first, Math.min(Long.SIZE, neurons - first));
            back.begin();
            back.open(kept, newest, batch);
            for (int end = steps; end > 0; end -= cut) {
                int from = Math.max(0, end - cut);
                back.back(given, from * batch, 0, from, end - from);
            }
        }
        assertSameBits(expected, given, "gradients");
        assertSameBits(sumsExpected, sums, "sums");
    }

    private float delay(int neuron) {
        return delays[delays.length == 1 ? 0 : neuron];
    }

    private int whole(int neuron) {
        return Math.min((int) delay(neuron), most - 1);
    }

    private float near(int neuron) {
        return whole(neuron) + 1 - delay(neuron);
    }

    private float far(int neuron) {
        return delay(neuron) - whole(neuron);
    }

    private float current(FloatMatrix currents, FloatMatrix newest, int step, int sample, int neuron) {
        return step >= 0
                ? currents.get(step * batch + sample, neuron)
                : -step > most ? 0 : newest.get((-step - 1) * batch + sample, neuron);
    }

    private float gradient(FloatMatrix given, int step, int steps, int sample, int neuron) {
        return step < 0 || step >= steps ? 0 : given.get(step * batch + sample, neuron);
    }

    private FloatMatrix draw(int steps, boolean strange) {
        FloatMatrix made = FloatMatrix.zeros(memory, steps * batch, neurons);
        for (int row = 0; row < made.rows(); row++) {
            for (int i = 0; i < neurons; i++) {
                boolean odd = strange && random.nextInt(9) == 0;
                made.set(row, i, odd ? STRANGE[random.nextInt(STRANGE.length)] : random.nextFloat() - 0.5f);
            }
        }
        return made;
    }
}
