package dev.spikelane.cli;

import dev.spikelane.cli.input.Choices;
import dev.spikelane.kernel.product.spike.CostFit;
import dev.spikelane.kernel.product.spike.CostModel;
import dev.spikelane.simd.SimdWidth;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "tune",
        description = "Measure in half a minute which variants of products are the fastest on this machine,"
                + " and print the option of java that pins the choice.",
        footer = {"  ./spikelane tune", "  JAVA_OPTS=\"$(./spikelane tune | tail -1)\" ./spikelane demo"})
final class TuneCommand implements Runnable {

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Override
    public void run() {
        if (!SimdWidth.VECTOR) {
            throw Choices.wrong(command, "without vectors there is one variant of each product");
        }
        CostFit.Fitted fitted = CostFit.measure();
        PrintWriter out = command.commandLine().getOut();
        out.printf("By these constants products take at most %.2f times as long as at best.%n", fitted.worst());
        out.println("-D" + CostModel.PROPERTY + "=" + fitted.costs().text());
    }
}
