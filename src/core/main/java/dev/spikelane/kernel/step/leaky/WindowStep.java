package dev.spikelane.kernel.step.leaky;

import dev.spikelane.equation.Elementwise;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.leaky.LeakyOptions.Spike;
import dev.spikelane.loop.Frame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import java.lang.invoke.MethodHandles;

/**
 * Updates leaky neurons whose membranes are sums of their newest K inputs, by one step, in float32 without fused
 * operations.
 *
 * <p>With t the number of the step, from 0, {@code w[k]} the weight of an input that is k steps old, {@code w[0] = 1},
 * and d the share that is left after a step:
 *
 * <pre>{@code
 * U[t] = sum of w[k] * I[t - k] over k = 0 .. min(K, t + 1) - 1
 * S = U > threshold
 * }</pre>
 *
 * <p>Steps are taken in blocks of K, so that an input costs the same whatever K is. P is the sum of the inputs of a
 * block so far, and Q[j] the sum of the inputs j to K - 1 of the previous block, at its end. This is the canonical
 * order, with {@code n = t mod K}:
 *
 * <pre>{@code
 * P = d * P + I,  I[n] = I                                       P is 0 before the first step of a block
 * U = P                                                          in the first block, and where n = K - 1
 * U = P + w[n + 1] * Q[n + 1]                                    else
 * Q[K - 1] = I[K - 1]                                            after the last step of a block
 * Q[j] = Q[j + 1] + w[K - 1 - j] * I[j]                          then for j = K - 2 down to 1
 * P = 0                                                          then
 * }</pre>
 *
 * <p>Nothing is subtracted: a NaN leaves the membrane K steps later. Up to step K the membrane has the bits of a leaky
 * neuron. An input that is infinite times a weight that is 0 in float32 is not a number.
 *
 * <p>The step reads only the share d ({@link LeakyModel#synapse}), threshold, comparison, inhibition and quantization.
 * Quantization of one variable rounds the membrane and does not affect later steps.
 */
public final class WindowStep {

    private static final Elementwise CHARGE = Elementwise.of(MethodHandles.lookup(), """
            param last = 0
            state U, P, kept
            input I, d
            U = d * P + I
            P = last > 0 ? 0 : U
            kept = I
            spike 0 > 1
            """);

    private static final Elementwise ADD = Elementwise.of(MethodHandles.lookup(), """
            state sum
            input to, w, Q
            sum = to + w * Q
            spike 0 > 1
            """);

    private WindowStep() {}

    /**
     * Charges the neurons of one step, some blocks of 64 of them; {@link LeakyNeurons#firing} fires them. Threads that
     * share the work take disjoint blocks. The caller has called {@link #check}. Matrices that are updated or
     * overwritten share no memory with other arguments, but for membranes and current.
     *
     * @param parameters of {@code neurons} neurons with two variables, membrane and sum, without a reset
     * @param weights {@code [K x neurons]}: row k holds the weights of inputs that are k steps old
     * @param run the current; the state, {@code [2 * batch x neurons]}: the membranes, then P; spikes, and membranes if
     *     they are kept, which may be the current itself; all words if the parameters are
     *     {@linkplain LeakyNeurons#coupled coupled}
     * @param window {@code [K * batch x neurons]}: row {@code j * batch + sample} holds I[j] or Q[j]; updated; not read
     *     before it is written
     * @param firstRow the first row of the step
     * @param step the number of the step, from 0; the steps of a window follow one another
     */
    public static void charge(
            LeakyNeurons parameters,
            FloatMatrix weights,
            NeuronRun<?> run,
            FloatMatrix window,
            int firstRow,
            long step) {
        int batch = run.state.rows() / 2;
        int length = weights.rows();
        int n = (int) (step % length);
        boolean last = n == length - 1;
        Frame frame = CHARGE.frame();
        FloatMatrix current = run.current();
        long base = current.rowOffset(firstRow) - (long) run.ports[0].origin() * Float.BYTES;
        frame.put("I", current.segment(), base, current.rowOffset(1));
        frame.repeat("d", parameters.alpha, 0);
        frame.put("U", run.state, 0);
        frame.put("P", run.state, batch);
        frame.put("kept", window, n * batch);
        frame.set("last", last ? 1 : 0);
        run(CHARGE, frame, run);
        if (step >= length && !last) {
            add(run.state, 0, 0, weights, n + 1, window, (n + 1) * batch, run);
        }
        for (int j = length - 2; last && j > 0; j--) {
            add(window, j * batch, (j + 1) * batch, weights, n - j, window, j * batch, run);
        }
    }

    /**
     * Checks the matrices of a run, besides {@link dev.spikelane.kernel.step.NeuronLoops#check}.
     *
     * @param parameters as for {@link #charge}
     * @param weights as for {@link #charge}
     * @param run as for {@link #charge}
     * @param window as for {@link #charge}
     * @throws IllegalArgumentException if a shape does not fit, matrices share memory that must not, or the neurons
     *     have a reset, fire before the step or feed something back
     */
    public static void check(LeakyNeurons parameters, FloatMatrix weights, NeuronRun<?> run, FloatMatrix window) {
        FloatMatrix state = run.state;
        int batch = state.rows() / 2;
        if (parameters.variables() != 2) {
            throw new IllegalArgumentException(
                    "parameters have " + parameters.variables() + " variables, expected 2, membrane and sum");
        }
        if (parameters.options.reset() != Reset.NONE) {
            throw new IllegalArgumentException("reset is " + parameters.options.reset() + ", expected NONE");
        }
        if (parameters.options.spike() != Spike.AFTER || parameters.feedback() != Feedback.NONE) {
            throw new IllegalArgumentException("spike is " + parameters.options.spike() + " and feedback "
                    + parameters.feedback() + ", expected AFTER and NONE");
        }
        weights.requireShape("weights", weights.rows(), parameters.neurons());
        long windowRows = (long) weights.rows() * batch;
        if (window.rows() != windowRows) {
            throw new IllegalArgumentException("window is [" + window.rows() + " x " + window.columns()
                    + "], expected [" + windowRows + " x " + parameters.neurons() + "]");
        }
        window.requireShape("window", window.rows(), parameters.neurons());
        Checks.apart("state", state, "weights", weights);
        Checks.apart("window", window, "weights", weights);
        Checks.apart("window", window, "current", run.current());
        Checks.apart("window", window, "state", state);
        if (run.records) {
            Checks.apart("membranes", run.membranes, "window", window);
            Checks.apart("membranes", run.membranes, "weights", weights);
        }
    }

    /** Writes into some rows the sum of others and of rows of the window by their weight. */
    private static void add(
            FloatMatrix rows,
            int into,
            int to,
            FloatMatrix weights,
            int age,
            FloatMatrix window,
            int kept,
            NeuronRun<?> run) {
        Frame frame = ADD.frame();
        frame.put("sum", rows, into);
        frame.put("to", rows, to);
        frame.repeat("w", weights, age);
        frame.put("Q", window, kept);
        run(ADD, frame, run);
    }

    private static void run(Elementwise text, Frame frame, NeuronRun<?> run) {
        frame.firstWord = run.firstWord;
        frame.words = run.endWord - run.firstWord;
        text.run(frame, run.state.rows() / 2);
    }
}
