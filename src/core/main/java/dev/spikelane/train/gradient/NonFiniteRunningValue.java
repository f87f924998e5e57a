package dev.spikelane.train.gradient;

/** Thrown if a batch would make a running value infinite or NaN; the batch has changed no values. */
public final class NonFiniteRunningValue extends IllegalStateException {

    private static final long serialVersionUID = 1;

    NonFiniteRunningValue(String name, int channel, float value) {
        super("'" + name + "' would become " + value + " at channel " + channel
                + ", expected a finite number: what is normalized is too large for float32, though the loss is finite;"
                + " smaller inputs, weights or a lower learning rate may keep it in range");
    }
}
