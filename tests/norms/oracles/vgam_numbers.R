# VGAM's numbers of the fit oracle; see gamlss_numbers.py, which writes bccg.csv.
# (VGAM's own fit of constants ends half way on these children, so only its curves are kept.)
suppressMessages(library(VGAM))
folder <- commandArgs(trailingOnly = TRUE)[1]
data <- read.csv(file.path(folder, "bccg.csv"))
bent <- vgam(value ~ s(u, df = c(1, 5, 1)), lms.bcn(zero = NULL, lmu = "loglink"),
             data = data, trace = FALSE)
curves <- predict(bent, newdata = data.frame(u = seq(0, 1, length.out = 11)))
lines <- sapply(c(0.03, 0.5, 0.97), function(p) {
  exp(curves[, 2]) * (1 + curves[, 1] * exp(curves[, 3]) * qnorm(p))^(1 / curves[, 1])
})
write.table(format(t(lines), digits = 10), quote = FALSE, row.names = FALSE, col.names = FALSE)
