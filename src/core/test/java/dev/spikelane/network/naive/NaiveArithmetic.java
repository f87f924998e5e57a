package dev.spikelane.network.naive;

/**
 * How {@link NaiveGradients} computes with gradients, which are linear in those that were given: coefficients are
 * floats that are known.
 */
public enum NaiveArithmetic {

    /** In float32, each operation rounded. */
    SINGLE {
        @Override
        double rounded(double exact) {
            return (float)
                    exact; // of one sum, product or quotient of floats, which double holds well enough to round twice
        }

        @Override
        double fma(double gradient, float coefficient, double sum) {
            return Math.fma((float) gradient, coefficient, (float) sum);
        }
    },

    /** In float64. */
    DOUBLE {
        @Override
        double rounded(double exact) {
            return exact;
        }
    },

    /**
     * Magnitudes alone: what the sum of the magnitudes of all terms is, whatever cancels out. Errors of rounding are a
     * share of it.
     */
    MAGNITUDE {
        @Override
        double rounded(double exact) {
            return exact;
        }

        @Override
        double given(float value) {
            return Math.abs(value);
        }

        @Override
        double minus(double a, double b) {
            return a + b;
        }

        @Override
        double times(double gradient, float coefficient) {
            return gradient * Math.abs(coefficient);
        }

        @Override
        double over(double gradient, float coefficient) {
            return gradient / Math.abs(coefficient);
        }

        /** A gradient that all but cancels out leaves an error behind, for which a hundredth of it stands. */
        @Override
        double less(double gradient, float share) {
            return gradient * (Math.abs(1 - share) + 0.01);
        }

        @Override
        double lessOver(double gradient, float divisor) {
            return gradient * (Math.abs(1 - 1 / divisor) + 0.01);
        }
    };

    abstract double rounded(double exact);

    double given(float value) {
        return value;
    }

    double plus(double a, double b) {
        return rounded(a + b);
    }

    double minus(double a, double b) {
        return rounded(a - b);
    }

    double times(double gradient, float coefficient) {
        return rounded(gradient * coefficient);
    }

    double over(double gradient, float coefficient) {
        return rounded(gradient / coefficient);
    }

    /** The gradient without a share of it. */
    double less(double gradient, float share) {
        return minus(gradient, times(gradient, share));
    }

    double lessOver(double gradient, float divisor) {
        return minus(gradient, over(gradient, divisor));
    }

    double fma(double gradient, float coefficient, double sum) {
        return plus(sum, times(gradient, coefficient));
    }
}
