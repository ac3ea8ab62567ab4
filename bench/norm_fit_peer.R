# Fits of R's VGAM, lms.bcn: Rscript bench/norm_fit_peer.R REPLICATES FOLDER
# Reads and writes the same files as bench/norm_fit_peer.py. Of ten settings of the smoothers the
# one that came nearest to the truth was taken.
suppressMessages(library(VGAM))
given <- commandArgs(trailingOnly = TRUE)
replicates <- as.integer(given[1])
folder <- given[2]
times <- "replicate,cpu_s,wall_s,failure"
for (number in seq_len(replicates) - 1) {
  data <- read.csv(file.path(folder, sprintf("data-%d.csv", number)))
  grid <- read.csv(file.path(folder, sprintf("grid-%d.csv", number)))
  begin <- proc.time()
  found <- tryCatch(
    suppressWarnings(vgam(value ~ s(place, df = c(2, 12, 4)),
                          lms.bcn(zero = NULL, lmu = "loglink"), trace = FALSE, data = data)),
    error = function(failed) NULL
  )
  spent <- proc.time() - begin
  if (is.null(found)) {
    times <- c(times, sprintf("%d,,,stopped with an error", number))
    next
  }
  curves <- predict(found, newdata = grid)
  skewness <- curves[, 1]
  middle <- exp(curves[, 2])
  spread <- exp(curves[, 3])
  lines <- sapply(c(0.03, 0.5, 0.97), function(p) {
    middle * (1 + skewness * spread * qnorm(p))^(1 / skewness)
  })
  write.table(t(lines), file.path(folder, sprintf("centiles-%d.csv", number)),
              sep = ",", row.names = FALSE, col.names = FALSE)
  times <- c(times, sprintf("%d,%.6f,%.6f,", number, sum(spent[1:2]), spent[3]))
}
writeLines(times, file.path(folder, "times.csv"))
