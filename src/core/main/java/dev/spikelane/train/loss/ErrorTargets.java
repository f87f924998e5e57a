package dev.spikelane.train.loss;

/**
 * The targets of the labeled class and of other classes. As in snnTorch, a negative output of another class counts as 0
 * if its target is larger.
 *
 * @param correct target of the labeled class
 * @param others target of the other classes
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
