package dev.spikelane.network.memory;

import dev.spikelane.OwnJvm;
import dev.spikelane.Users;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cells do not allocate, whether C2 saw them alone or in a network first; each order needs a new JVM. */
@Users
final class SLstmAllocationTest {

    @ParameterizedTest
    @ValueSource(strings = {"single", "network"})
    void inBothOrdersNothing(String first) throws IOException, InterruptedException {
        OwnJvm.run(SLstmAllocationMain.class, first);
    }
}
