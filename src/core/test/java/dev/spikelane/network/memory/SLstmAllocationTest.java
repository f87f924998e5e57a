package dev.spikelane.network.memory;

import dev.spikelane.OwnJvm;
import dev.spikelane.Users;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What cells allocate does not depend on whether C2 met them alone or in a network first; so each order has a JVM of
 * its own.
 */
@Users
final class SLstmAllocationTest {

    @ParameterizedTest
    @ValueSource(strings = {"single", "network"})
    void inBothOrdersNothing(String first) throws IOException, InterruptedException {
        OwnJvm.run(SLstmAllocationMain.class, first);
    }
}
