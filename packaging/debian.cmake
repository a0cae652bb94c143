# Debian packages of this system's release, made by CPack: `./run package`, or the target "package" of a build.
#
#   libnorma-dev   the static library, its headers and its CMake package
#   norma          the programs
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME norma)
set(CPACK_PACKAGE_CONTACT "The Norma authors <maintainers@users.noreply.b-seed-49e972d5.example>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL dev)
if(NORMA_APPS)
  list(APPEND CPACK_COMPONENTS_ALL programs)
endif()
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(about " Norma trains small convolutional networks with batch, layer, group and
 instance norm, compares them, and shows what they do number by number.
 Every operation is written from scratch, in C++20 and CUDA.")
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libnorma-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_DESCRIPTION "normalization in small CNNs, library and headers\n${about}")
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "libtbb-dev, libfmt-dev, libhwy-dev, libarchive-dev, libcurl4-openssl-dev, \
libpng-dev, libjpeg-dev, libssl-dev, libboost-context-dev")
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME norma)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAMS_DESCRIPTION "normalization in small CNNs, programs\n${about}")
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SHLIBDEPS ON)

# What Debian wants in /usr/share/doc: a changelog and the licence.
string(TIMESTAMP today "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/changelog @ONLY CONTENT
"norma (@PROJECT_VERSION@) unstable; urgency=medium

  * Version @PROJECT_VERSION@.

 -- @CPACK_PACKAGE_CONTACT@  @today@
")
file(READ ${PROJECT_SOURCE_DIR}/LICENSE licence)
string(REGEX REPLACE "\n\n" "\n.\n" licence "${licence}")
string(REGEX REPLACE "\n(.)" "\n \\1" licence "${licence}")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/copyright @ONLY CONTENT
"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: norma

Files: *
Copyright: 2026 The Norma authors
License: Expat
 @licence@")
find_program(GZIP gzip)
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER ${component} upper)
  set(documents ${CMAKE_INSTALL_DATADIR}/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  install(FILES ${PROJECT_BINARY_DIR}/copyright DESTINATION ${documents} COMPONENT ${component})
  if(GZIP)
    execute_process(COMMAND ${GZIP} -9nkf ${PROJECT_BINARY_DIR}/changelog)
    install(FILES ${PROJECT_BINARY_DIR}/changelog.gz DESTINATION ${documents} COMPONENT ${component})
  endif()
endforeach()
include(CPack)
