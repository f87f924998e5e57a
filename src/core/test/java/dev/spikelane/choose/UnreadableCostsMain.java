package dev.spikelane.choose;

import dev.spikelane.fixture.Networks;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;

/** Prints the errors of simulations if constants cannot be read. */
final class UnreadableCostsMain {

    private UnreadableCostsMain() {}

    public static void main(String[] arguments) {
        System.setProperty(CostConstants.PROPERTY, "zen6");
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9), 20, 70);
        for (int i = 0; i < 2; i++) {
            try {
                network.simulate(1).close();
            } catch (IllegalArgumentException refused) {
                System.out.println(refused.getMessage());
            }
        }
    }
}
