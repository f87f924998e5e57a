package dev.spikelane.train.loss;

/**
 * The targets of the label's class and of the others. As snnTorch has it, a negative value of the others counts
 * as 0 where the other is above it.
 *
 * @param correct of the label's class
 * @param others of the other classes
 */
public record ErrorTargets(float correct, float others) {

    public static ErrorTargets of(double on, double off) {
        if (!Float.isFinite((float) on) || !Float.isFinite((float) off)) {
            throw new IllegalArgumentException("targets are " + on + " and " + off + ", expected finite numbers");
        }
        return on > off
                ? new ErrorTargets((float) Math.max(on, off), (float) Math.max(0, off))
                : new ErrorTargets((float) on, (float) off);
    }

    float value(int label, int c) {
        return label == c ? correct : others;
    }
}
