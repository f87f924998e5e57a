package dev.spikelane.network.naive;

/** The arithmetic of {@link NaiveGradients}, linear in gradients; coefficients are known floats. */
public enum NaiveArithmetic {

    /** Float32, each operation rounded. */
    SINGLE {
        @Override
        double rounded(double exact) {
            return (float) exact; // double rounds one sum, product or quotient of floats correctly
        }

        @Override
        double fma(double gradient, float coefficient, double sum) {
            return Math.fma((float) gradient, coefficient, (float) sum);
        }
    },

    DOUBLE {
        @Override
        double rounded(double exact) {
            return exact;
        }
    },

    /** Sums of magnitudes of all terms, without cancellation. Rounding errors are a fraction of them. */
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

        /** A gradient that nearly cancels leaves an error, for which a hundredth stands. */
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

    /** Returns the gradient minus a fraction of it. */
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
