package dev.spikelane.train.run;

/** Thrown if a loss is NaN or infinite; values have not changed since. */
public final class NonFiniteLoss extends IllegalStateException {

    private static final long serialVersionUID = 1;

    private final double loss;

    public NonFiniteLoss(double loss, String where) {
        super("loss is " + loss + ", expected a finite number; " + where);
        this.loss = loss;
    }

    /** Returns this exception with another place. */
    public NonFiniteLoss at(String where) {
        NonFiniteLoss placed = new NonFiniteLoss(loss, where);
        placed.initCause(this);
        return placed;
    }
}
