# Passes if a test of a tag failed; the others need not run. A crash or an empty selection does not count.
execute_process(COMMAND ${PROGRAM} --abort ${TAG} RESULT_VARIABLE status OUTPUT_VARIABLE output)
if(status EQUAL 0)
  message(FATAL_ERROR "no test of ${TAG} failed with this mutant")
elseif(NOT output MATCHES "test cases: *[0-9]+ .*failed")
  message(FATAL_ERROR "the tests ${TAG} did not end with a failed test:\n${output}")
endif()
