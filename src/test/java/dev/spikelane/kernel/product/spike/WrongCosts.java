package dev.spikelane.kernel.product.spike;

import java.util.Random;

/** Constants of no machine, by which every call is worth learning from. */
public final class WrongCosts {

    private WrongCosts() {}

    public static SpikeCosts draw(Random random) {
        return new SpikeCosts(
                "wrong",
                new SpikeCosts.Active(
                        draw(random, 1e6), draw(random, 1e6), draw(random, 1e6), 1 + random.nextInt(20_000)),
                panel(random),
                panel(random),
                new SpikeCosts.Lists(draw(random, 1e6), draw(random, 1e6), draw(random, 1e6)),
                new SpikeCosts.Dense(draw(random, 1e6)),
                panel(random),
                new IntegerCosts(integers(random), integers(random)));
    }

    private static SpikeCosts.Panel panel(Random random) {
        return new SpikeCosts.Panel(draw(random, 1e6), draw(random, 1e6), 1 + random.nextInt(600));
    }

    private static IntegerCosts.Product integers(Random random) {
        return new IntegerCosts.Product(draw(random, 1e6), draw(random, 1e6), draw(random, 1e6), draw(random, 1e6));
    }

    private static double draw(Random random, double most) {
        return most / 4 + random.nextDouble() * most;
    }
}
