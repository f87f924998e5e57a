package dev.spikelane.encode;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

final class RateMain {

    private RateMain() {}

    public static void main(String[] arguments) {
        for (int times = 0; times < 2; times++) {
            for (String largest : arguments) {
                FloatMatrix data = FloatMatrix.zeros(1, 3);
                data.set(0, 1, Float.parseFloat(largest));
                new Rate().encode(data, SpikeMatrix.zeros(4, 3), 1);
            }
        }
    }
}
