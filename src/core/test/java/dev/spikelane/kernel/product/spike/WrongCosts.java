package dev.spikelane.kernel.product.spike;

import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.CostConstants;
import java.lang.foreign.Arena;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Constants of no machine and a random clock, with which every call learns. */
public final class WrongCosts {

    private WrongCosts() {}

    public static ProductScratch workspace(Arena arena, Random random) {
        return new ProductScratch(arena, new Chooser(() -> random.nextInt(1 << 20), draw(random)));
    }

    private static CostConstants draw(Random random) {
        String tables = Stream.of("wide", "narrow", "permute")
                .map(of -> of + "=" + draw(random, 2) + "/" + (1 + random.nextInt(600)))
                .collect(Collectors.joining(","));
        String active = "active=" + draw(random, 3) + "/" + (1 + random.nextInt(20_000));
        return CostConstants.of(active + "," + tables + ",lists=" + draw(random, 3) + ",dense=" + draw(random, 1)
                + ",int8=" + draw(random, 4) + ",int16=" + draw(random, 4)
                + ",int4=" + draw(random, 5) + ",ternary=" + draw(random, 5));
    }

    private static String draw(Random random, int numbers) {
        return IntStream.range(0, numbers)
                .mapToObj(i -> String.valueOf(2.5e5 + random.nextDouble() * 1e6))
                .collect(Collectors.joining("/"));
    }
}
