package dev.spikelane.kernel.optimize;

import static dev.spikelane.kernel.optimize.Floats.assertSameBits;
import static dev.spikelane.kernel.optimize.Floats.draw;
import static dev.spikelane.kernel.optimize.Floats.memory;
import static dev.spikelane.kernel.optimize.Floats.zeros;

import dev.spikelane.EveryWidth;
import dev.spikelane.kernel.Awkward.UpTo;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Optimizer steps equal plain loops bit for bit, as a whole and in ranges. */
@EveryWidth
final class UpdateProperties {

    private static final int BLOCK = 64;

    /** Updates the parameter and the optimizer's state in place. */
    private interface Plain {
        void update(OptimizerRule rule, Map<String, float[]> memory, int i, float g);
    }

    /** A parameter, its optimizer state, and the rule. */
    private static final class Bound {

        private final OptimizerRule rule;
        private final Map<String, MemorySegment> memory = new HashMap<>();
        private final ParameterStep step;

        Bound(OptimizerRule rule, float[] initial) {
            this.rule = rule;
            memory.put("parameter", memory(initial));
            step = new ParameterStep(rule, memory("parameter"), name -> {
                memory.put(name, zeros(initial.length));
                return memory(name);
            });
        }

        private MemorySegment memory(String name) {
            return Objects.requireNonNull(memory.get(name), name);
        }

        private static MemorySegment memory(float[] values) {
            return Floats.memory(values);
        }

        void update(MemorySegment gradient, int first, int end) {
            step.update(gradient, first, end);
        }
    }

    private static float number(OptimizerRule rule, String name) {
        return Objects.requireNonNull(rule.numbers.get(name), name)[0];
    }

    @Property(tries = 300)
    void adamIsPlainLoops(
            @UpTo(5) int blocks,
            @ForAll boolean decoupled,
            @ForAll boolean amsgrad,
            @ForAll boolean strange,
            @ForAll long seed) {
        Random random = new Random(seed);
        double decay = random.nextBoolean() ? 0 : 0.1;
        compare(
                () -> new AdamRule(0.9, 0.99, 1e-8, decay, decoupled, amsgrad),
                (rule, memory, i, g) -> adam(rule, memory, i, g, amsgrad),
                draw(random, blocks * BLOCK, strange),
                strange,
                random);
    }

    private static void adam(OptimizerRule rule, Map<String, float[]> memory, int i, float g, boolean amsgrad) {
        float w = row(memory, "parameter")[i];
        g += (number(rule, "decay") != 0 ? w : 0) * number(rule, "decay");
        float m = row(memory, "exp_avg")[i];
        m += (g - m) * number(rule, "toFirst");
        row(memory, "exp_avg")[i] = m;
        float v = row(memory, "exp_avg_sq")[i] * number(rule, "keepSecond") + g * g * number(rule, "toSecond");
        row(memory, "exp_avg_sq")[i] = v;
        if (amsgrad) {
            v = Math.max(row(memory, "max_exp_avg_sq")[i], v);
            row(memory, "max_exp_avg_sq")[i] = v;
        }
        float root = (float) Math.sqrt(v) + number(rule, "epsilon");
        row(memory, "parameter")[i] = w * number(rule, "shrink") - number(rule, "rate") * m / root;
    }

    @Property(tries = 300)
    void gradientDescentIsPlainLoops(
            @UpTo(5) int blocks, @ForAll boolean nesterov, @ForAll boolean strange, @ForAll long seed) {
        Random random = new Random(seed);
        double momentum = random.nextBoolean() ? 0 : 0.9;
        double decay = random.nextBoolean() ? 0 : 0.1;
        double dampening = random.nextBoolean() ? 0 : 0.3;
        compare(
                () -> new SgdRule(momentum, dampening, nesterov, decay),
                (rule, memory, i, g) -> descend(rule, memory, i, g, nesterov),
                draw(random, blocks * BLOCK, strange),
                strange,
                random);
    }

    private static void descend(OptimizerRule rule, Map<String, float[]> memory, int i, float g, boolean nesterov) {
        float w = row(memory, "parameter")[i];
        g += (number(rule, "decay") != 0 ? w : 0) * number(rule, "decay");
        float step = g;
        if (number(rule, "momentum") != 0) {
            float b = row(memory, "momentum_buffer")[i] * number(rule, "momentum") + g * number(rule, "take");
            row(memory, "momentum_buffer")[i] = b;
            step = nesterov ? g + b * number(rule, "momentum") : b;
        }
        row(memory, "parameter")[i] = w - number(rule, "rate") * step;
    }

    private static float[] row(Map<String, float[]> memory, String name) {
        return Objects.requireNonNull(memory.get(name), name);
    }

    private interface Maker {
        OptimizerRule make();
    }

    private static void compare(Maker maker, Plain plain, float[] initial, boolean strange, Random random) {
        Bound whole = new Bound(maker.make(), initial);
        Bound parts = new Bound(maker.make(), initial);
        Map<String, float[]> expected = new HashMap<>();
        whole.memory.forEach((name, memory) -> expected.put(name, Floats.array(memory)));
        for (int step = 1; step <= 4; step++) {
            float[] gradients = draw(random, initial.length, strange);
            MemorySegment gradient = memory(gradients);
            int middle = random.nextInt(initial.length / BLOCK + 1) * BLOCK;
            whole.rule.begin(step, 0.01 * step);
            parts.rule.begin(step, 0.01 * step);
            for (int i = 0; i < initial.length; i++) {
                plain.update(whole.rule, expected, i, gradients[i]);
            }
            whole.update(gradient, 0, initial.length);
            parts.update(gradient, middle, initial.length);
            parts.update(gradient, 0, middle);
            for (Map.Entry<String, float[]> each : expected.entrySet()) {
                MemorySegment want = memory(each.getValue());
                assertSameBits(want, whole.memory(each.getKey()), each.getKey() + " as a whole, step " + step);
                assertSameBits(want, parts.memory(each.getKey()), each.getKey() + " in parts, step " + step);
            }
        }
    }
}
