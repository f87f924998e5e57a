package dev.spikelane.kernel.step.cell;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.LeakyParameter;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.Quantize;
import dev.spikelane.kernel.step.Winner;
import dev.spikelane.kernel.step.leaky.LeakyOptions;
import dev.spikelane.kernel.step.leaky.LeakyParameters;
import dev.spikelane.kernel.step.leaky.LeakyText;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.Sigmoid;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes gradients back through a step of {@link LstmStep}, whole rows at a time. What is detached is what
 * {@link LeakyText} says. Gradients of the gates are {@code g * (1 - y) * y} for a sigmoid y and
 * {@code g * (1 - y * y)} for a hyperbolic tangent.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class LstmBackward implements NeuronBackward {

    private final LeakyParameters parameters;
    private final LeakyOptions options;
    private final int neurons;
    private final int channels;
    private final Map<LeakyParameter, FloatMatrix> sums = new EnumMap<>(LeakyParameter.class);
    private final FloatMatrix rounded;

    private float input;
    private float forget;
    private float candidate;
    private float output;
    private float squashed;
    private float reset;

    /**
     * Prepares all neurons.
     *
     * @param parameters of the neurons
     * @param channels as in {@link LstmStep#step}
     */
    public LstmBackward(LeakyParameters parameters, int channels) {
        this.channels = channels;
        this.parameters = parameters;
        this.options = parameters.options;
        this.neurons = parameters.neurons();
        this.rounded = FloatMatrix.zeros(1, neurons);
    }

    @Override
    public void sum(LeakyParameter parameter, FloatMatrix sum) {
        sums.put(parameter, sum);
    }

    @Override
    public void update() {}

    @Override
    public void toDistance(Step step, FloatMatrix ofVariables, FloatMatrix ofSpikes, FloatMatrix distance) {
        for (int sample = 0; sample < ofSpikes.rows(); sample++) {
            membranes(step, sample);
            int winner = options.inhibition() ? Winner.scalar(rounded, 0, parameters.threshold) : -1;
            for (int i = 0; i < neurons; i++) {
                float u = Elements.get(rounded, 0, i);
                float threshold = Elements.get(parameters.threshold, 0, i);
                float of = Elements.get(ofSpikes, sample, i);
                if (options.resetsAtOnce() && options.resetTime() == Reset.Time.SAME_STEP_DIFFERENCE) {
                    float through = -((options.subtracts() ? threshold : u) * Elements.get(ofVariables, sample, i));
                    of += options.inhibition() ? through * Elements.get(parameters.fired, 0, i) : through;
                }
                Elements.set(ofSpikes, sample, i, winner < 0 || winner == i ? of : 0);
                Elements.set(distance, sample, i, u - threshold);
            }
        }
    }

    @Override
    public void toCurrents(Step step, @Nullable FloatMatrix ofDistance, FloatMatrix ofVariables, int batch) {
        for (int sample = 0; sample < batch; sample++) {
            membranes(step, sample);
            int winner = options.inhibition() ? Winner.scalar(rounded, 0, parameters.threshold) : -1;
            for (int i = 0; i < neurons; i++) {
                float of = Elements.get(ofVariables, sample, i);
                if (options.resetsAtOnce()) {
                    of = resetAtOnce(step, sample, i, winner, of);
                }
                if (ofDistance != null) {
                    float spike = Elements.get(ofDistance, sample, i);
                    of += spike;
                    subtract(LeakyParameter.THRESHOLD, sample, i, spike);
                }
                charge(step, sample, i);
                if (options.resetsLater()) {
                    if (options.subtracts()) {
                        subtract(LeakyParameter.THRESHOLD, sample, i, reset * of);
                    } else {
                        of -= reset * of;
                    }
                }
                gates(step, ofVariables, batch, sample, i, of);
            }
        }
    }

    private void gates(Step step, FloatMatrix ofVariables, int batch, int sample, int i, float of) {
        float ofOutput = of * squashed;
        float ofCell = Elements.get(ofVariables, batch + sample, i) + of * output * (1 - squashed * squashed);
        float cell = Elements.get(step.before[1], step.beforeRow + sample, i);
        put(step, sample, LstmStep.INPUT, i, ofCell * candidate * (1 - input) * input);
        put(step, sample, LstmStep.FORGET, i, ofCell * cell * (1 - forget) * forget);
        put(step, sample, LstmStep.CANDIDATE, i, ofCell * input * (1 - candidate * candidate));
        put(step, sample, LstmStep.OUTPUT, i, ofOutput * (1 - output) * output);
        Elements.set(ofVariables, batch + sample, i, ofCell * forget);
        Elements.set(ofVariables, sample, i, 0);
    }

    private void put(Step step, int sample, int gate, int i, float value) {
        int row = step.currentRow + sample;
        FloatMatrix ofCurrent = step.ofCurrents[0];
        FloatMatrix ofFeedback = step.ofCurrents[1];
        if (ofCurrent != null) {
            Elements.set(ofCurrent, row, LstmStep.column(gate, i, channels), value);
        }
        if (ofFeedback != null) {
            Elements.set(ofFeedback, row, LstmStep.column(gate, i, channels), value);
        }
    }

    private float resetAtOnce(Step step, int sample, int i, int winner, float of) {
        float threshold = Elements.get(parameters.threshold, 0, i);
        float u = Elements.get(rounded, 0, i);
        boolean above = options.compare() == Compare.STRICT ? u > threshold : u >= threshold;
        boolean fires = above && (winner < 0 || winner == i);
        boolean difference = options.resetTime() == Reset.Time.SAME_STEP_DIFFERENCE;
        float s = fires ? 1 : 0;
        if (difference) {
            charge(step, sample, i);
            s = options.inhibition() ? Elements.get(fires ? parameters.fired : parameters.silent, 0, i) : s;
            s -= reset;
        }
        if (options.subtracts()) {
            subtract(LeakyParameter.THRESHOLD, sample, i, s * of);
            return of;
        }
        return of - s * of;
    }

    /** The membranes that are compared with the threshold, in {@code rounded}. */
    private void membranes(Step step, int sample) {
        FloatMatrix after = step.after;
        if (after != null && !options.resetsAtOnce()) {
            for (int i = 0; i < neurons; i++) {
                Elements.set(rounded, 0, i, Elements.get(after, step.afterRow + sample, i));
            }
            return;
        }
        for (int i = 0; i < neurons; i++) {
            Elements.set(rounded, 0, i, charge(step, sample, i));
        }
        if (parameters.quantized > 0) {
            Quantize.row(parameters.levels, rounded, 0, 0, rounded.stride());
        }
    }

    /** The charge of {@link LstmStep}, which returns the hidden state. */
    private float charge(Step step, int sample, int i) {
        float threshold = Elements.get(parameters.threshold, 0, i);
        float before = Elements.get(step.before[0], step.beforeRow + sample, i);
        boolean above = options.compare() == Compare.STRICT ? before > threshold : before >= threshold;
        reset = above && options.resetsLater() ? 1 : 0;
        input = Sigmoid.of(gate(step, sample, LstmStep.INPUT, i));
        forget = Sigmoid.of(gate(step, sample, LstmStep.FORGET, i));
        candidate = Sigmoid.tanh(gate(step, sample, LstmStep.CANDIDATE, i));
        output = Sigmoid.of(gate(step, sample, LstmStep.OUTPUT, i));
        float cell = forget * Elements.get(step.before[1], step.beforeRow + sample, i) + input * candidate;
        squashed = Sigmoid.tanh(cell);
        float h = output * squashed;
        return options.resetsLater() ? h - reset * (options.subtracts() ? threshold : h) : h;
    }

    private float gate(Step step, int sample, int gate, int i) {
        int row = step.currentRow + sample;
        FloatMatrix current = step.currents[0];
        FloatMatrix feedback = step.currents[1];
        float sum = current == null ? 0 : Elements.get(current, row, LstmStep.column(gate, i, channels));
        return feedback == null ? sum : sum + Elements.get(feedback, row, LstmStep.column(gate, i, channels));
    }

    private void subtract(LeakyParameter parameter, int sample, int i, float term) {
        FloatMatrix sum = sums.get(parameter);
        if (sum != null) {
            Elements.set(sum, sample, i, Elements.get(sum, sample, i) - term);
        }
    }
}
