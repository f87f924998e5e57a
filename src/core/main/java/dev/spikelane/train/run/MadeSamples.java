package dev.spikelane.train.run;

import dev.spikelane.random.CounterRandom;

/** Generated samples for a warm-up: values from 0 to 1, of which few to all are not 0. */
final class MadeSamples {

    private static final float[] DENSITIES = {0.02f, 0.1f, 0.3f, 0.6f, 1};

    private MadeSamples() {}

    /** Returns a sample of {@code values} values for each density. */
    static float[][] of(int values) {
        float[][] samples = new float[DENSITIES.length][values];
        for (int sample = 0; sample < samples.length; sample++) {
            for (int i = 0; i < values; i++) {
                boolean some = CounterRandom.uniform(0, 0, sample, i) < DENSITIES[sample];
                samples[sample][i] = some ? CounterRandom.uniform(0, 1, sample, i) : 0;
            }
        }
        return samples;
    }
}
