package dev.spikelane.kernel.step;

/**
 * Constants of a surrogate.
 *
 * @param a parameter a, or the factor of x in the arc tangent
 * @param b parameter b, or the factor of the arc tangent's gradient
 */
public record SurrogateConstants(float a, float b) {

    static SurrogateConstants of(SurrogateShape shape, double first, double second) {
        return shape == SurrogateShape.ATAN
                ? new SurrogateConstants((float) (Math.PI / 2 * first), (float) (first / 2))
                : new SurrogateConstants((float) first, (float) second);
    }
}
