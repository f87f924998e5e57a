package dev.spikelane.cli.terminal;

import dev.spikelane.io.file.FileText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

public record Failures(PrintWriter err, BooleanSupplier verbose)
        implements IParameterExceptionHandler, IExecutionExceptionHandler {

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        String command = failure.getCommandLine().getCommandSpec().qualifiedName();
        print(message(failure).replaceFirst("\\.$", "") + suggestion(failure) + "; see './" + command + " --help'");
        return CommandLine.ExitCode.USAGE;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, @Nullable ParseResult result) {
        return report(failure);
    }

    public int report(Throwable failure) {
        if (failure instanceof StandardOutput.ReaderGone) {
            return CommandLine.ExitCode.OK;
        }
        print(describe(failure));
        if (verbose.getAsBoolean()) {
            failure.printStackTrace(err);
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static String suggestion(ParameterException failure) {
        if (failure instanceof UnmatchedArgumentException unmatched) {
            List<String> suggestions = unmatched.getSuggestions();
            if (!suggestions.isEmpty()) {
                return ", did you mean " + String.join(" or ", suggestions) + "?";
            }
            Set<String> commands = failure.getCommandLine().getSubcommands().keySet();
            return commands.isEmpty() ? "" : ", expected one of " + String.join(", ", commands);
        }
        return "";
    }

    private static String describe(Throwable failure) {
        Throwable cause = failure.getCause();
        if (cause != null
                && (failure instanceof ExceptionInInitializerError || failure instanceof UncheckedIOException)) {
            return describe(cause);
        }
        return switch (failure) {
            case FileSystemException file when file.getReason() == null -> file.getFile() + ": " + reason(file);
            case IOException bad -> message(bad);
            case IllegalArgumentException bad -> message(bad);
            case IllegalStateException refused when refused.getMessage() != null -> message(refused);
            case OutOfMemoryError refused ->
                "out of memory: " + message(refused) + "; a smaller --batch, --steps or --count needs less";
            default -> "internal error: " + failure + "; --verbose prints the stack trace";
        };
    }

    private static String message(Throwable failure) {
        return Objects.requireNonNullElse(
                failure.getMessage(), failure.getClass().getSimpleName());
    }

    private static String reason(FileSystemException failure) {
        return switch (failure) {
            case NoSuchFileException missing -> "no such file or folder";
            case AccessDeniedException denied -> "permission denied";
            case FileAlreadyExistsException exists -> "exists and is not a folder";
            default -> failure.getClass().getSimpleName();
        };
    }

    private void print(String message) {
        err.println(Program.NAME + ": " + FileText.escaped(Printable.of(message).strip()));
        err.flush();
    }
}
