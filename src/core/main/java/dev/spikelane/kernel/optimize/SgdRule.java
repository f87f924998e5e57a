package dev.spikelane.kernel.optimize;

/**
 * Gradient descent. With momentum, {@code take} is 1 - dampening, but 1 at the first step:
 *
 * <pre>{@code
 * gradient        = g + (decay > 0 ? parameter : 0) * decay
 * momentum_buffer = momentum_buffer * momentum + gradient * take
 * parameter       = parameter - rate * momentum_buffer
 * parameter       = parameter - rate * (gradient + momentum_buffer * momentum)      Nesterov, in its place
 * parameter       = parameter - rate * gradient                                     without momentum
 * }</pre>
 */
public final class SgdRule extends OptimizerRule {

    private final double dampening;

    /**
     * Creates a rule.
     *
     * @param momentum the fraction of the buffer that is kept; 0 for a rule without a buffer
     * @param dampening the fraction of a gradient that does not enter the buffer
     * @param nesterov true to look ahead
     * @param decay the decay of weights
     */
    public SgdRule(double momentum, double dampening, boolean nesterov, double decay) {
        String step = nesterov ? "(gradient + momentum_buffer * momentum)" : "momentum_buffer";
        super("""
                param decay = 0, momentum = 0, take = 1, rate = 1
                state parameter%s
                input g
                gradient = g + (decay > 0 ? parameter : 0) * decay
                %s
                parameter = parameter - rate * %s
                spike 0 > 1
                """.formatted(
                        momentum == 0 ? "" : ", momentum_buffer",
                        momentum == 0 ? "" : "momentum_buffer = momentum_buffer * momentum + gradient * take",
                        momentum == 0 ? "gradient" : step));
        this.dampening = dampening;
        set("decay", decay);
        set("momentum", momentum);
        begin(1, 0);
    }

    @Override
    public void begin(long step, double learningRate) {
        set("take", step == 1 ? 1 : 1 - dampening);
        set("rate", learningRate);
    }
}
